/*
 * The deliveries that wait for their call. virteventd, any thread; one lock over all, which nobody
 * holds for longer than a few changes of pointers take.
 *
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */
#include "queue.h"

#include "cleanup.h"
#include "clock.h"
#include "lane.h"
#include "loss.h"
#include "turns.h"

#include <pthread.h>
#include <string.h>
#include <time.h>

struct queue {
    pthread_mutex_t lock;
    pthread_cond_t changed; /* for those who wait in queue_take() */
    pthread_cond_t idle;    /* for those who wait for the end */
    struct queue_limits limits;
    struct queue_counts counts;
    struct lanes lanes;
    struct turns turns;
    struct losses losses;
    uint64_t held_until_ms;
    size_t takers; /* who wait */
    bool is_stopped;
};

static void init_condition(pthread_cond_t *condition)
{
    pthread_condattr_t attributes;

    pthread_condattr_init(&attributes);
    pthread_condattr_setclock(&attributes, CLOCK_MONOTONIC);
    pthread_cond_init(condition, &attributes);
    pthread_condattr_destroy(&attributes);
}

int queue_new(const struct queue_limits *limits, struct queue **ret_queue)
{
    auto_free struct queue *queue = calloc(1, sizeof(*queue));

    if (!queue || lanes_init(&queue->lanes) < 0)
        return -ENOMEM;
    queue->limits = *limits;
    turns_init(&queue->turns);
    pthread_mutex_init(&queue->lock, NULL);
    init_condition(&queue->changed);
    init_condition(&queue->idle);
    *ret_queue = take_pointer(&queue);
    return 0;
}

void queue_free(struct queue *queue)
{
    if (!queue)
        return;
    lanes_clear(&queue->lanes);
    losses_clear(&queue->losses);
    pthread_cond_destroy(&queue->idle);
    pthread_cond_destroy(&queue->changed);
    pthread_mutex_destroy(&queue->lock);
    free(queue);
}

void queue_set_limits(struct queue *queue, const struct queue_limits *limits)
{
    pthread_mutex_lock(&queue->lock);
    queue->limits = *limits;
    pthread_mutex_unlock(&queue->lock);
}

/* Where something waits in it and nothing runs it comes to its turn; an empty one ends. */
static void settle(struct queue *queue, struct lane *lane)
{
    if (lane->runs || lane->is_kept || lane->is_listed)
        return;
    if (!lane->first) {
        lanes_remove(&queue->lanes, lane);
        return;
    }
    turns_add(&queue->turns, lane);
    pthread_cond_signal(&queue->changed);
}

/* Adds or takes away what the bounds are for. */
static void count_in(struct queue *queue, const struct delivery *delivery)
{
    if (delivery_tells_of_loss(delivery))
        return;
    queue->counts.waiting++;
    queue->counts.bytes += delivery->size;
}

static void count_out(struct queue *queue, const struct delivery *delivery)
{
    if (delivery_tells_of_loss(delivery))
        return;
    queue->counts.waiting--;
    queue->counts.bytes -= delivery->size;
}

static void count_lost(struct queue *queue, struct delivery *delivery, bool coalesced,
                       struct delivery ***lost_end)
{
    losses_count(&queue->losses, delivery, coalesced);
    if (coalesced)
        queue->counts.coalesced++;
    else
        queue->counts.dropped++;
    delivery->next = NULL;
    **lost_end = delivery;
    *lost_end = &delivery->next;
}

/* A lane that waits to try its first one again need not wait when that one is lost. */
static void lose(struct queue *queue, struct lane *lane, struct delivery **link, bool coalesced,
                 struct delivery ***lost_end)
{
    bool was_waited_for = lane->ready_ms > 0 && link == &lane->first;
    struct delivery *delivery = lane_unlink(&queue->lanes, lane, link);

    count_out(queue, delivery);
    count_lost(queue, delivery, coalesced, lost_end);
    if (!lane->is_listed || (!was_waited_for && (lane->first || lane->is_kept)))
        return;
    turns_remove(&queue->turns, lane);
    lane->ready_ms = 0;
    settle(queue, lane);
}

static bool is_full(const struct queue *queue, const struct delivery *added)
{
    return queue->counts.waiting + 1 > queue->limits.events ||
           queue->counts.bytes + added->size > queue->limits.bytes;
}

static void coalesce(struct queue *queue, struct lane *lane, const struct delivery *added,
                     struct delivery ***lost_end)
{
    struct delivery **link = &lane->first;

    while (*link) {
        if (strcmp((*link)->event, added->event) == 0 &&
            strcmp((*link)->detail, added->detail) == 0)
            lose(queue, lane, link, true, lost_end);
        else
            link = &(*link)->next;
    }
}

static void make_room(struct queue *queue, struct lane *lane, const struct delivery *added,
                      struct delivery ***lost_end)
{
    if (is_full(queue, added) && queue->limits.coalesce)
        coalesce(queue, lane, added, lost_end);
    while (is_full(queue, added)) {
        struct lane *victim = lane->count > 0 ? lane : lanes_longest(&queue->lanes);

        if (!victim)
            break;
        lose(queue, victim, &victim->first, false, lost_end);
    }
}

static int add(struct queue *queue, struct delivery *delivery, struct delivery ***lost_end)
{
    struct lane *lane = lanes_get(&queue->lanes, delivery);
    int r = lane ? lane_reserve(&queue->lanes, lane) : -ENOMEM;

    if (r == 0) {
        lane->is_kept = true;
        if (!delivery_tells_of_loss(delivery))
            make_room(queue, lane, delivery, lost_end);
        lane_append(&queue->lanes, lane, delivery);
        count_in(queue, delivery);
        lane->is_kept = false;
    }
    if (lane)
        settle(queue, lane);
    return r;
}

int queue_add(struct queue *queue, struct delivery *delivery, struct delivery **ret_lost)
{
    struct delivery *lost = NULL, **lost_end = &lost;
    int r = 0;

    pthread_mutex_lock(&queue->lock);
    if (delivery->size > queue->limits.bytes && !delivery_tells_of_loss(delivery))
        count_lost(queue, delivery, false, &lost_end);
    else
        r = add(queue, delivery, &lost_end);
    pthread_mutex_unlock(&queue->lock);
    if (r == 0)
        *ret_lost = lost;
    return r;
}

/* The next delivery that may run now; NULL where there is none. */
static struct delivery *take_ready(struct queue *queue, uint64_t now_ms)
{
    struct delivery *delivery;
    struct lane *lane;

    turns_advance(&queue->turns, now_ms);
    lane = queue->turns.ready;
    if (!lane || now_ms < queue->held_until_ms)
        return NULL;
    turns_remove(&queue->turns, lane);
    lane->runs = true;
    delivery = lane_unlink(&queue->lanes, lane, &lane->first);
    delivery->lane = lane;
    count_out(queue, delivery);
    queue->counts.running++;
    return delivery;
}

/* As pthread_cond_timedwait(3). */
static int wait_until(struct queue *queue, pthread_cond_t *condition, uint64_t until_ms)
{
    struct timespec until = {.tv_sec = (time_t)(until_ms / 1000),
                             .tv_nsec = (long)(until_ms % 1000) * 1000000};

    return until_ms == CLOCK_NEVER ? pthread_cond_wait(condition, &queue->lock)
                                   : pthread_cond_timedwait(condition, &queue->lock, &until);
}

/* Until something changes, or the time comes to look again. */
static void await_change(struct queue *queue, uint64_t now_ms)
{
    uint64_t until_ms = CLOCK_NEVER;

    if (now_ms < queue->held_until_ms)
        until_ms = queue->held_until_ms;
    else if (queue->turns.later)
        until_ms = queue->turns.later->ready_ms;
    (void)wait_until(queue, &queue->changed, until_ms);
}

/* Who goes may have been the one who waited for the time of the first lane in turns. */
struct delivery *queue_take(struct queue *queue)
{
    struct delivery *delivery = NULL;

    pthread_mutex_lock(&queue->lock);
    queue->takers++;
    while (!queue->is_stopped) {
        uint64_t now_ms = clock_now_ms();

        delivery = take_ready(queue, now_ms);
        if (delivery)
            break;
        await_change(queue, now_ms);
    }
    queue->takers--;
    pthread_cond_signal(&queue->changed);
    pthread_mutex_unlock(&queue->lock);
    return delivery;
}

bool queue_needs_taker(struct queue *queue)
{
    bool needed;

    pthread_mutex_lock(&queue->lock);
    needed = queue->turns.ready_count + (queue->turns.later ? 1 : 0) > queue->takers;
    pthread_mutex_unlock(&queue->lock);
    return needed;
}

static struct lane *end_run(struct queue *queue, struct delivery *delivery)
{
    struct lane *lane = take_pointer(&delivery->lane);

    lane->runs = false;
    queue->counts.running--;
    if (queue->counts.running == 0)
        pthread_cond_broadcast(&queue->idle);
    return lane;
}

void queue_done(struct queue *queue, struct delivery *delivery)
{
    pthread_mutex_lock(&queue->lock);
    settle(queue, end_run(queue, delivery));
    pthread_mutex_unlock(&queue->lock);
}

void queue_put_back(struct queue *queue, struct delivery *delivery, uint64_t at_ms)
{
    struct lane *lane;

    pthread_mutex_lock(&queue->lock);
    lane = end_run(queue, delivery);
    lane_prepend(&queue->lanes, lane, delivery);
    count_in(queue, delivery);
    lane->ready_ms = at_ms;
    settle(queue, lane);
    pthread_mutex_unlock(&queue->lock);
}

void queue_hold(struct queue *queue, uint64_t until_ms)
{
    pthread_mutex_lock(&queue->lock);
    queue->held_until_ms = until_ms;
    pthread_cond_broadcast(&queue->changed);
    pthread_mutex_unlock(&queue->lock);
}

void queue_stop(struct queue *queue)
{
    pthread_mutex_lock(&queue->lock);
    queue->is_stopped = true;
    pthread_cond_broadcast(&queue->changed);
    pthread_mutex_unlock(&queue->lock);
}

bool queue_await_idle(struct queue *queue, uint64_t until_ms)
{
    bool is_idle;
    int r = 0;

    pthread_mutex_lock(&queue->lock);
    while (queue->counts.running > 0 && r == 0)
        r = wait_until(queue, &queue->idle, until_ms);
    is_idle = queue->counts.running == 0;
    pthread_mutex_unlock(&queue->lock);
    return is_idle;
}

void queue_count(struct queue *queue, struct queue_counts *ret_counts)
{
    pthread_mutex_lock(&queue->lock);
    *ret_counts = queue->counts;
    ret_counts->lanes = queue->lanes.count;
    pthread_mutex_unlock(&queue->lock);
}

bool queue_take_loss(struct queue *queue, struct queue_loss *ret_loss)
{
    bool is_there;

    pthread_mutex_lock(&queue->lock);
    is_there = losses_take(&queue->losses, ret_loss);
    pthread_mutex_unlock(&queue->lock);
    return is_there;
}
