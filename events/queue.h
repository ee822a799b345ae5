/*
 * The deliveries that wait for their call: in order for each object, objects beside each other,
 * bounded in count and bytes over all. virteventd, any thread. Names are not trusted.
 *
 * Deliveries of one URI, kind and UUID (or name, where there is none) are a lane: one of them runs
 * at a time, the next when it is done. What is lost because the queue is full is counted, and can
 * be asked for; what tells of a loss is itself beyond the bounds and never lost.
 *
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */
#pragma once

#include "delivery.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/* More are not configured: what waits has also to be read again at the next start. */
#define QUEUE_EVENTS_MOST 1000000
#define QUEUE_BYTES_MOST  (1024UL * 1024 * 1024)

struct queue;

/* Of what waits; what runs is not counted. */
struct queue_limits {
    size_t events; /* 1 to QUEUE_EVENTS_MOST */
    size_t bytes;  /* 1 to QUEUE_BYTES_MOST; of the deliveries as they are in memory */
    bool coalesce; /* where it is full: equal ones (event and detail) of the same lane go first */
};

struct queue_counts {
    size_t waiting, bytes; /* without those that tell of losses */
    size_t running;        /* taken and not done */
    size_t lanes;
    uint64_t dropped, coalesced; /* since the start */
};

/* What was lost of one object since it was last asked for. Strings are owned by the loss. */
struct queue_loss {
    char *uri, *kind, *object, *uuid; /* "", "-", "-" and "": of objects beyond the bound of 1,000
                                         that are counted one by one */
    bool coalesced;                   /* an equal, newer one was kept; else dropped */
    uint64_t count;
};

/* Returns 0 or -ENOMEM. */
int queue_new(const struct queue_limits *limits, struct queue **ret_queue);

/* With what waits. Nobody may be waiting in queue_take(). NULL is allowed. */
void queue_free(struct queue *queue);

/* From now on; what is too much already goes when the next one comes. */
void queue_set_limits(struct queue *queue, const struct queue_limits *limits);

/*
 * Takes a delivery over. What had to go for it is in the list `*ret_lost`, the caller's, who may
 * find the delivery itself there: one that is larger than the whole queue. Returns 0, or -ENOMEM,
 * and then the delivery is still the caller's.
 */
int queue_add(struct queue *queue, struct delivery *delivery, struct delivery **ret_lost);

/*
 * Waits for a delivery that may run; it is the caller's until queue_done() or queue_put_back().
 * NULL once queue_stop() was called.
 */
struct delivery *queue_take(struct queue *queue);

/* Whether more may run, now or later, than wait in queue_take() for it. */
bool queue_needs_taker(struct queue *queue);

/* This one is over, and its lane may go on. It stays the caller's, to be freed. */
void queue_done(struct queue *queue, struct delivery *delivery);

/* This one is to run again, before the others of its lane, not before `at_ms` (common/clock.h). */
void queue_put_back(struct queue *queue, struct delivery *delivery, uint64_t at_ms);

/* Nothing is taken before `until_ms`; 0 ends that. */
void queue_hold(struct queue *queue, uint64_t until_ms);

/* Ends all waiting, now and later. What waits is kept. */
void queue_stop(struct queue *queue);

/* Waits until nothing runs any more; false where something still does at `until_ms`. */
bool queue_await_idle(struct queue *queue, uint64_t until_ms);

void queue_count(struct queue *queue, struct queue_counts *ret_counts);

/*
 * One loss that was not asked for yet; the caller gives it back with queue_loss_clear(). False
 * where there is none.
 */
bool queue_take_loss(struct queue *queue, struct queue_loss *ret_loss);

void queue_loss_clear(struct queue_loss *loss);
