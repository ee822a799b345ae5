/*
 * What was lost of whom, until it is told. virteventd; who calls holds the queue's lock.
 *
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */
#include "loss.h"

#include "cleanup.h"

#include <string.h>

/* Stands for all objects beyond those that are counted one by one. */
static const struct queue_loss others = {
    .uri = (char[]){""}, .kind = (char[]){"-"}, .object = (char[]){"-"}, .uuid = (char[]){""}};

static struct queue_loss *find(const struct losses *losses, const struct queue_loss *wanted)
{
    for (size_t i = losses->count; i-- > 0;) {
        struct queue_loss *loss = &losses->list[i];

        if (loss->coalesced == wanted->coalesced && strcmp(loss->uuid, wanted->uuid) == 0 &&
            strcmp(loss->object, wanted->object) == 0 && strcmp(loss->kind, wanted->kind) == 0 &&
            strcmp(loss->uri, wanted->uri) == 0)
            return loss;
    }
    return NULL;
}

/* NULL where memory is short. */
static struct queue_loss *add(struct losses *losses, const struct queue_loss *wanted)
{
    struct queue_loss *list = reallocarray(losses->list, losses->count + 1, sizeof(*list));
    struct queue_loss *loss;

    if (!list)
        return NULL;
    losses->list = list;
    loss = &list[losses->count];
    *loss = (struct queue_loss){.uri = strdup(wanted->uri),
                                .kind = strdup(wanted->kind),
                                .object = strdup(wanted->object),
                                .uuid = strdup(wanted->uuid),
                                .coalesced = wanted->coalesced};
    if (loss->uri && loss->kind && loss->object && loss->uuid) {
        losses->count++;
        return loss;
    }
    queue_loss_clear(loss);
    return NULL;
}

void losses_count(struct losses *losses, const struct delivery *lost, bool coalesced)
{
    struct queue_loss wanted = {.uri = lost->uri,
                                .kind = lost->kind,
                                .object = lost->object,
                                .uuid = lost->uuid,
                                .coalesced = coalesced};
    struct queue_loss *loss = find(losses, &wanted);

    if (!loss && losses->count >= LOSSES_MOST) {
        wanted = others;
        wanted.coalesced = coalesced;
        loss = find(losses, &wanted);
    }
    if (!loss)
        loss = add(losses, &wanted);
    if (loss)
        loss->count++;
}

bool losses_take(struct losses *losses, struct queue_loss *ret_loss)
{
    if (losses->count == 0)
        return false;
    *ret_loss = losses->list[0];
    losses->count--;
    memmove(losses->list, &losses->list[1], losses->count * sizeof(*losses->list));
    return true;
}

void queue_loss_clear(struct queue_loss *loss)
{
    free(loss->uri);
    free(loss->kind);
    free(loss->object);
    free(loss->uuid);
    *loss = (struct queue_loss){0};
}

void losses_clear(struct losses *losses)
{
    for (size_t i = 0; i < losses->count; i++)
        queue_loss_clear(&losses->list[i]);
    free(losses->list);
    *losses = (struct losses){0};
}
