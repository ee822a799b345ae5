/*
 * What the state file says, in memory. virteventd; who calls holds the store's lock.
 *
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */
#include "ledger.h"

#include "cleanup.h"

#include <errno.h>
#include <string.h>

const char *ledger_kind(const char *kind)
{
    static const char *const kinds[] = {"domain", "network", "storage-pool"};

    for (size_t i = 0; i < sizeof(kinds) / sizeof(*kinds); i++) {
        if (strcmp(kinds[i], kind) == 0)
            return kinds[i];
    }
    return NULL;
}

struct states *ledger_states(struct ledger *ledger, const char *uri)
{
    struct ledger_uri *list;
    char *copy;

    for (size_t i = 0; i < ledger->uri_count; i++) {
        if (strcmp(ledger->uris[i].uri, uri) == 0)
            return &ledger->uris[i].states;
    }
    list = reallocarray(ledger->uris, ledger->uri_count + 1, sizeof(*list));
    if (!list)
        return NULL;
    ledger->uris = list;
    copy = strdup(uri);
    if (!copy)
        return NULL;
    list[ledger->uri_count] = (struct ledger_uri){.uri = copy};
    return &list[ledger->uri_count++].states;
}

int ledger_note(struct ledger *ledger, const struct delivery *delivery)
{
    const char *kind = ledger_kind(delivery->kind);
    struct states *states;
    int r;

    if (!kind)
        return 0;
    states = ledger_states(ledger, delivery->uri);
    if (!states)
        return -ENOMEM;
    r = states_note(states, kind, delivery->uuid, delivery->object, delivery->event);
    states_forget_gone(states);
    return r;
}

/* What is done goes before there is more room made: each is moved once for each time it is half. */
static int make_room(struct ledger *ledger)
{
    size_t kept = 0, capacity = ledger->undone * 2 + 256;
    struct ledger_entry *entries;

    if (ledger->count < ledger->capacity)
        return 0;
    for (size_t i = 0; i < ledger->count; i++) {
        if (!ledger->entries[i].done)
            ledger->entries[kept++] = ledger->entries[i];
    }
    ledger->count = kept;
    entries = reallocarray(ledger->entries, capacity, sizeof(*entries));
    if (!entries)
        return kept < ledger->capacity ? 0 : -ENOMEM;
    ledger->entries = entries;
    ledger->capacity = capacity;
    return 0;
}

int ledger_add(struct ledger *ledger, const struct delivery *delivery, struct ledger_line line)
{
    int r = delivery->sequence < ledger->next ? -EINVAL : make_room(ledger);

    if (r < 0)
        return r;
    ledger->entries[ledger->count++] = (struct ledger_entry){.sequence = delivery->sequence,
                                                             .event = line};
    ledger->undone++;
    ledger->undone_bytes += line.size;
    ledger->next = delivery->sequence + 1;
    return ledger_note(ledger, delivery);
}

struct ledger_entry *ledger_find(const struct ledger *ledger, uint64_t sequence)
{
    size_t low = 0, high = ledger->count;

    while (low < high) {
        size_t middle = low + (high - low) / 2;

        if (ledger->entries[middle].sequence < sequence)
            low = middle + 1;
        else
            high = middle;
    }
    if (low == ledger->count || ledger->entries[low].sequence != sequence ||
        ledger->entries[low].done)
        return NULL;
    return &ledger->entries[low];
}

void ledger_set_retry(struct ledger *ledger, struct ledger_entry *entry, struct ledger_line line)
{
    ledger->undone_bytes += line.size;
    ledger->undone_bytes -= entry->retry.size;
    entry->retry = line;
}

void ledger_set_done(struct ledger *ledger, struct ledger_entry *entry)
{
    entry->done = true;
    ledger->undone--;
    ledger->undone_bytes -= entry->event.size + entry->retry.size;
}

void ledger_clear(struct ledger *ledger)
{
    for (size_t i = 0; i < ledger->uri_count; i++) {
        free(ledger->uris[i].uri);
        states_clear(&ledger->uris[i].states);
    }
    free(ledger->uris);
    free(ledger->entries);
    *ledger = (struct ledger){0};
}
