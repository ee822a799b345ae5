/*
 * Deliveries that were taken. Helper. Their names come from peers; they are only compared here.
 *
 * A ring of names, the oldest written over first, and chains through it by hash.
 *
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */
#include "deliveries.h"

#include "names.h"

#include <errno.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#define BUCKETS 4096

/* A name, empty where there is none; `next` is the index of the next in its chain, plus one. */
struct delivery {
    char name[NAME_DELIVERY_MAX + 1];
    uint16_t next;
};

_Static_assert(DELIVERIES_MAX < UINT16_MAX, "an index and one more fits into its links");

struct deliveries {
    uint16_t buckets[BUCKETS]; /* likewise */
    size_t at;                 /* where the next one is written */
    struct delivery ring[DELIVERIES_MAX];
};

/* FNV-1a: http://www.isthe.com/chongo/tech/comp/fnv, 32 bits. */
static size_t bucket_of(const char *name)
{
    uint32_t hash = 2166136261U;

    for (; *name; name++)
        hash = (hash ^ (unsigned char)*name) * 16777619U;
    return hash % BUCKETS;
}

bool deliveries_know(const struct deliveries *deliveries, const char *name)
{
    uint16_t link = deliveries ? deliveries->buckets[bucket_of(name)] : 0;

    while (link != 0 && strcmp(deliveries->ring[link - 1].name, name) != 0)
        link = deliveries->ring[link - 1].next;
    return link != 0;
}

void deliveries_forget(struct deliveries *deliveries, const char *name)
{
    uint16_t *slot;

    if (!deliveries_know(deliveries, name))
        return;
    slot = &deliveries->buckets[bucket_of(name)];
    while (strcmp(deliveries->ring[*slot - 1].name, name) != 0)
        slot = &deliveries->ring[*slot - 1].next;
    deliveries->ring[*slot - 1].name[0] = '\0';
    *slot = deliveries->ring[*slot - 1].next;
}

int deliveries_add(struct deliveries **slot, const char *name)
{
    struct deliveries *deliveries = *slot ? *slot : calloc(1, sizeof(*deliveries));
    uint16_t *bucket;
    struct delivery *entry;

    if (!deliveries)
        return -ENOMEM;
    *slot = deliveries;
    entry = &deliveries->ring[deliveries->at];
    if (entry->name[0] != '\0')
        deliveries_forget(deliveries, entry->name);
    bucket = &deliveries->buckets[bucket_of(name)];
    memcpy(entry->name, name, strlen(name) + 1);
    entry->next = *bucket;
    *bucket = (uint16_t)(deliveries->at + 1);
    deliveries->at = (deliveries->at + 1) % DELIVERIES_MAX;
    return 0;
}

void deliveries_free(struct deliveries *deliveries)
{
    free(deliveries);
}
