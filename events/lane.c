/*
 * Lanes: what waits of one object, in order. virteventd; who calls holds the queue's lock.
 *
 * A queue is full while events come fast, so what then has to go must be found fast: lanes are in
 * lists by how much waits in them.
 *
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */
#include "lane.h"

#include "cleanup.h"

#include <stdio.h>
#include <string.h>

#define BUCKETS 4096

/* What tells of losses has a lane of its own, so that it displaces nothing. */
static char *key_of(const struct delivery *delivery)
{
    const char *object = delivery->uuid[0] ? delivery->uuid : delivery->object;
    const char *apart = delivery_tells_of_loss(delivery) ? "lost" : "";
    char *key;

    return asprintf(&key, "%s\n%s\n%s\n%s", delivery->uri, delivery->kind, object, apart) < 0 ? NULL
                                                                                              : key;
}

/* FNV-1a. */
static size_t bucket_of(const char *key)
{
    uint64_t hash = 0xcbf29ce484222325U;

    for (; *key; key++)
        hash = (hash ^ (unsigned char)*key) * 0x100000001b3U;
    return hash % BUCKETS;
}

int lanes_init(struct lanes *lanes)
{
    *lanes = (struct lanes){.buckets = calloc(BUCKETS, sizeof(struct lane *))};
    return lanes->buckets ? 0 : -ENOMEM;
}

static void free_lane(struct lane *lane)
{
    delivery_free_all(lane->first);
    free(lane->key);
    free(lane);
}

void lanes_clear(struct lanes *lanes)
{
    for (size_t i = 0; lanes->buckets && i < BUCKETS; i++) {
        struct lane *lane = lanes->buckets[i];

        while (lane) {
            struct lane *next = lane->bucket;

            free_lane(lane);
            lane = next;
        }
    }
    free(lanes->buckets);
    free(lanes->by_count);
    *lanes = (struct lanes){0};
}

static struct lane *add_lane(struct lanes *lanes, char *key)
{
    struct lane **bucket = &lanes->buckets[bucket_of(key)];
    struct lane *lane = calloc(1, sizeof(*lane));

    if (!lane)
        return NULL;
    *lane = (struct lane){.key = key, .bucket = *bucket, .end = &lane->first};
    *bucket = lane;
    lanes->count++;
    return lane;
}

static struct lane *find(const struct lanes *lanes, const char *key)
{
    struct lane *lane = lanes->buckets[bucket_of(key)];

    while (lane && strcmp(lane->key, key) != 0)
        lane = lane->bucket;
    return lane;
}

struct lane *lanes_get(struct lanes *lanes, const struct delivery *delivery)
{
    auto_free char *key = key_of(delivery);
    struct lane *lane = key ? find(lanes, key) : NULL;

    if (lane || !key)
        return lane;
    lane = add_lane(lanes, key);
    if (lane)
        key = NULL;
    return lane;
}

void lanes_remove(struct lanes *lanes, struct lane *lane)
{
    struct lane **link = &lanes->buckets[bucket_of(lane->key)];

    while (*link != lane)
        link = &(*link)->bucket;
    *link = lane->bucket;
    lanes->count--;
    free_lane(lane);
}

struct lane *lanes_longest(const struct lanes *lanes)
{
    return lanes->longest > 0 ? lanes->by_count[lanes->longest] : NULL;
}

/* For the one that is to be added and the one that runs, which may come back. */
int lane_reserve(struct lanes *lanes, const struct lane *lane)
{
    size_t count = lane->count + 2, most = count * 2 + 64;
    struct lane **lists;

    if (lanes->by_count && count <= lanes->count_most)
        return 0;
    lists = reallocarray(lanes->by_count, most + 1, sizeof(struct lane *));
    if (!lists)
        return -ENOMEM;
    for (size_t i = lanes->by_count ? lanes->count_most + 1 : 0; i <= most; i++)
        lists[i] = NULL;
    lanes->by_count = lists;
    lanes->count_most = most;
    return 0;
}

static void leave_list(struct lanes *lanes, struct lane *lane)
{
    if (lane->before)
        lane->before->after = lane->after;
    else
        lanes->by_count[lane->count] = lane->after;
    if (lane->after)
        lane->after->before = lane->before;
}

static void enter_list(struct lanes *lanes, struct lane *lane)
{
    struct lane **list = &lanes->by_count[lane->count];

    lane->before = NULL;
    lane->after = *list;
    if (*list)
        (*list)->before = lane;
    *list = lane;
}

/* There is room for the list. */
static void set_count(struct lanes *lanes, struct lane *lane, size_t count)
{
    if (lane->count > 0)
        leave_list(lanes, lane);
    lane->count = count;
    if (count > 0)
        enter_list(lanes, lane);
    if (count > lanes->longest)
        lanes->longest = count;
    while (lanes->longest > 0 && !lanes->by_count[lanes->longest])
        lanes->longest--;
}

static bool is_counted(const struct delivery *delivery)
{
    return !delivery_tells_of_loss(delivery);
}

/* There is room for the list. */
static void link_in(struct lanes *lanes, struct lane *lane, struct delivery **link,
                    struct delivery *delivery)
{
    if (is_counted(delivery))
        set_count(lanes, lane, lane->count + 1);
    delivery->next = *link;
    *link = delivery;
    if (lane->end == link)
        lane->end = &delivery->next;
}

void lane_append(struct lanes *lanes, struct lane *lane, struct delivery *delivery)
{
    link_in(lanes, lane, lane->end, delivery);
}

void lane_prepend(struct lanes *lanes, struct lane *lane, struct delivery *delivery)
{
    link_in(lanes, lane, &lane->first, delivery);
}

struct delivery *lane_unlink(struct lanes *lanes, struct lane *lane, struct delivery **link)
{
    struct delivery *delivery = *link;

    *link = delivery->next;
    if (lane->end == &delivery->next)
        lane->end = link;
    delivery->next = NULL;
    if (is_counted(delivery))
        set_count(lanes, lane, lane->count - 1);
    return delivery;
}
