/*
 * Whose turn it is. virteventd; who calls holds the queue's lock.
 *
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */
#include "turns.h"

void turns_init(struct turns *turns)
{
    *turns = (struct turns){.ready_end = &turns->ready};
}

static void add_ready(struct turns *turns, struct lane *lane)
{
    lane->next = NULL;
    *turns->ready_end = lane;
    turns->ready_end = &lane->next;
    turns->ready_count++;
}

/* Those that are ready at the same time keep their order. */
static void add_later(struct turns *turns, struct lane *lane)
{
    struct lane **link = &turns->later;

    while (*link && (*link)->ready_ms <= lane->ready_ms)
        link = &(*link)->next;
    lane->next = *link;
    *link = lane;
}

void turns_add(struct turns *turns, struct lane *lane)
{
    lane->is_listed = true;
    if (lane->ready_ms > 0)
        add_later(turns, lane);
    else
        add_ready(turns, lane);
}

void turns_remove(struct turns *turns, struct lane *lane)
{
    struct lane **link = lane->ready_ms > 0 ? &turns->later : &turns->ready;

    while (*link && *link != lane)
        link = &(*link)->next;
    *link = lane->next;
    if (lane->ready_ms == 0) {
        turns->ready_count--;
        if (turns->ready_end == &lane->next)
            turns->ready_end = link;
    }
    lane->is_listed = false;
}

void turns_advance(struct turns *turns, uint64_t now_ms)
{
    while (turns->later && turns->later->ready_ms <= now_ms) {
        struct lane *lane = turns->later;

        turns->later = lane->next;
        lane->ready_ms = 0;
        add_ready(turns, lane);
    }
}
