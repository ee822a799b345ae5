/*
 * Lanes: what waits of one object, in order. virteventd; who calls holds the queue's lock. Names
 * are not trusted.
 *
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */
#pragma once

#include "delivery.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct lane {
    char *key;                   /* owned */
    struct lane *bucket;         /* the next of the same bucket */
    struct delivery *first;      /* what waits, oldest first; owned */
    struct delivery **end;       /* where the next is appended */
    size_t count;                /* of those that may be lost: all but what tells of losses */
    struct lane *before, *after; /* neighbours among the lanes of this count; none where it is 0 */
    bool runs;                   /* one was taken */
    bool is_kept;                /* also while it is empty: one is about to be added */
    bool is_listed;              /* among those whose turn it is (turns.h), by `next` */
    uint64_t ready_ms;           /* not sooner; 0: now */
    struct lane *next;
};

/* All lanes: found by key, and the longest of them. */
struct lanes {
    struct lane **buckets;
    size_t count;
    struct lane **by_count; /* lists, from 0 to count_most */
    size_t count_most;
    size_t longest; /* the greatest count of a lane */
};

/* Returns 0 or -ENOMEM. */
int lanes_init(struct lanes *lanes);

/* With all that waits. */
void lanes_clear(struct lanes *lanes);

/* The lane of this delivery, new where it is the first; NULL where memory is short. */
struct lane *lanes_get(struct lanes *lanes, const struct delivery *delivery);

/* Ends a lane in which nothing waits or runs. */
void lanes_remove(struct lanes *lanes, struct lane *lane);

/* The lane in which most waits that may be lost; NULL where nothing does. */
struct lane *lanes_longest(const struct lanes *lanes);

/* Room for one more. Returns 0 or -ENOMEM. */
int lane_reserve(struct lanes *lanes, const struct lane *lane);

/* Adds at the end; there is room. */
void lane_append(struct lanes *lanes, struct lane *lane, struct delivery *delivery);

/* Adds before all others the one that was taken of this lane. */
void lane_prepend(struct lanes *lanes, struct lane *lane, struct delivery *delivery);

/* Takes the delivery out at which `*link` points: `&lane->first`, or a `next` of the lane. */
struct delivery *lane_unlink(struct lanes *lanes, struct lane *lane, struct delivery **link);
