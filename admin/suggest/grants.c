/*
 * A list of grants, each with its reasons. Admin's process.
 *
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */
#include "grants.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

const char *grant_key_name(enum grant_key key)
{
    static const char *const names[] = {
        [GRANT_USER] = "user",
        [GRANT_CAPABILITY] = "capabilities",
        [GRANT_CALL] = "syscalls",
        [GRANT_FAMILY] = "address_families",
        [GRANT_NETWORK] = "network",
        [GRANT_WRITABLE] = "writable",
        [GRANT_READABLE] = "readable",
        [GRANT_SOCKET] = "sockets",
        [GRANT_EXECUTABLE] = "executable",
        [GRANT_SEEN] = "readable",
    };

    return key < GRANT_KEYS ? names[key] : "";
}

static struct grant *find(const struct grants *grants, enum grant_key key, const char *value)
{
    for (size_t i = 0; i < grants->count; i++) {
        if (grants->list[i].key == key && strcmp(grants->list[i].value, value) == 0)
            return &grants->list[i];
    }
    return NULL;
}

static int make_room(struct grants *grants)
{
    size_t room = grants->room ? grants->room * 2 : 16;
    struct grant *list;

    if (grants->count < grants->room)
        return 0;
    list = reallocarray(grants->list, room, sizeof(*list));
    if (!list)
        return -ENOMEM;
    grants->list = list;
    grants->room = room;
    return 0;
}

static struct grant *append(struct grants *grants, enum grant_key key, const char *value)
{
    struct grant *grant;

    if (make_room(grants) < 0)
        return NULL;
    grant = &grants->list[grants->count];
    *grant = (struct grant){.key = key, .value = strdup(value)};
    if (!grant->value)
        return NULL;
    grants->count++;
    return grant;
}

static int add_reason(struct grant *grant, const struct sighting *reason)
{
    const struct sighting **reasons = reallocarray(grant->reasons, grant->reason_count + 1,
                                                   sizeof(struct sighting *));

    if (!reasons)
        return -ENOMEM;
    grant->reasons = reasons;
    reasons[grant->reason_count++] = reason;
    return 0;
}

int grants_add(struct grants *grants, enum grant_key key, const char *value, const char *why,
               const struct sighting *reason)
{
    struct grant *grant = find(grants, key, value);

    if (!grant)
        grant = append(grants, key, value);
    if (!grant)
        return -ENOMEM;
    if (why)
        grant->why = why;
    return add_reason(grant, reason);
}

static void clear(struct grant *grant)
{
    free(grant->value);
    free(grant->near_root);
    free(grant->reasons);
}

int grants_merge(struct grants *grants, size_t from, size_t into)
{
    struct grant *source = &grants->list[from];

    for (size_t i = 0; i < source->reason_count; i++) {
        if (add_reason(&grants->list[into], source->reasons[i]) < 0)
            return -ENOMEM;
    }
    clear(source);
    *source = grants->list[--grants->count];
    return 0;
}

void grants_clear(struct grants *grants)
{
    for (size_t i = 0; i < grants->count; i++)
        clear(&grants->list[i]);
    free(grants->list);
    *grants = (struct grants){0};
}
