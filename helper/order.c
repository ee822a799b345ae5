/*
 * Who runs when. Helper. Objects' names come from peers; they are only compared here.
 *
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */
#include "order.h"

#include "cleanup.h"

#include <stdint.h>
#include <string.h>

/* FNV-1a: http://www.isthe.com/chongo/tech/comp/fnv, 32 bits. */
static uint32_t hash_text(uint32_t hash, const char *text)
{
    for (; *text; text++)
        hash = (hash ^ (unsigned char)*text) * 16777619U;
    return hash;
}

static struct lane **find_bucket(struct order *order, const char *driver, const char *object)
{
    uint32_t hash = hash_text(hash_text(2166136261U, driver), object);

    return &order->buckets[hash % ORDER_BUCKETS];
}

static struct lane *find_lane(struct lane *lane, const char *driver, const char *object)
{
    while (lane && (strcmp(lane->driver, driver) != 0 || strcmp(lane->object, object) != 0))
        lane = lane->next;
    return lane;
}

static void free_lane(struct lane *lane)
{
    free(lane->driver);
    free(lane->object);
    free(lane);
}

static struct lane *new_lane(const char *driver, const char *object)
{
    struct lane *lane = calloc(1, sizeof(*lane));

    if (!lane)
        return NULL;
    lane->driver = strdup(driver);
    lane->object = strdup(object);
    if (!lane->driver || !lane->object) {
        free_lane(lane);
        return NULL;
    }
    return lane;
}

static void remove_lane(struct order *order, struct lane *lane)
{
    struct lane **slot = find_bucket(order, lane->driver, lane->object);

    while (*slot != lane)
        slot = &(*slot)->next;
    *slot = lane->next;
    free_lane(lane);
}

static void push_ready(struct order *order, struct order_entry *entry)
{
    entry->next_ready = NULL;
    if (order->last_ready)
        order->last_ready->next_ready = entry;
    else
        order->first_ready = entry;
    order->last_ready = entry;
}

static void remove_ready(struct order *order, struct order_entry *entry)
{
    struct order_entry **slot = &order->first_ready, *before = NULL;

    while (*slot && *slot != entry) {
        before = *slot;
        slot = &before->next_ready;
    }
    if (!*slot)
        return;
    *slot = entry->next_ready;
    if (order->last_ready == entry)
        order->last_ready = before;
}

static void remove_from_lane(struct lane *lane, struct order_entry *entry)
{
    struct order_entry **slot = &lane->first, *before = NULL;

    while (*slot != entry) {
        before = *slot;
        slot = &before->next_in_lane;
    }
    *slot = entry->next_in_lane;
    if (lane->last == entry)
        lane->last = before;
}

int order_enter(struct order *order, struct order_entry *entry, const char *driver,
                const char *object)
{
    struct lane **bucket = find_bucket(order, driver, object);
    struct lane *lane = find_lane(*bucket, driver, object);

    if (!lane) {
        lane = new_lane(driver, object);
        if (!lane)
            return -ENOMEM;
        lane->next = *bucket;
        *bucket = lane;
    }
    entry->lane = lane;
    entry->next_in_lane = NULL;
    entry->running = false;
    order->waiting++;
    if (lane->last) {
        lane->last->next_in_lane = entry;
    } else {
        lane->first = entry;
        push_ready(order, entry);
    }
    lane->last = entry;
    return 0;
}

void order_leave(struct order *order, struct order_entry *entry)
{
    struct lane *lane = entry->lane;
    bool was_first = lane->first == entry;

    if (entry->running)
        order->running--;
    else
        order->waiting--;
    if (was_first && !entry->running)
        remove_ready(order, entry);
    remove_from_lane(lane, entry);
    entry->lane = NULL;
    if (!lane->first)
        remove_lane(order, lane);
    else if (was_first)
        push_ready(order, lane->first);
}

void order_pump(struct order *order)
{
    /* A start() that ends at once comes back here: the loop below goes on then. */
    if (order->pumping)
        return;
    order->pumping = true;
    while (order->first_ready && order->running < order->slots) {
        struct order_entry *entry = order->first_ready;

        remove_ready(order, entry);
        entry->running = true;
        order->waiting--;
        order->running++;
        entry->start(entry);
    }
    order->pumping = false;
}
