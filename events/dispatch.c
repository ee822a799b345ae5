/*
 * Events become calls of the helper. virteventd: dispatch_take() and dispatch_attend() in the
 * thread of libvirt's event loop, which is never kept waiting for a helper; the calls in threads,
 * made when there is something for them to do, each of which waits for one call at a time.
 *
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */
#include "dispatch.h"

#include "cleanup.h"
#include "clock.h"
#include "deliver.h"
#include "lost_event.h"
#include "outcomes.h"

#include <inttypes.h>
#include <pthread.h>
#include <signal.h>
#include <stdio.h>
#include <string.h>

/* A thread makes a call and waits. */
#define STACK_SIZE (256UL * 1024)

/* Losses of so many objects are told at once; the next when all of these have been heard. */
#define LOSSES_TOLD_MOST 64

struct dispatch {
    struct deliver deliver;
    struct queue *queue;
    struct outcomes outcomes;
    pthread_mutex_t lock; /* of what follows */
    pthread_cond_t gone;  /* a worker */
    struct dispatch_settings settings;
    unsigned int workers, leaving;
    ssize_t losses_told; /* atomic: deliveries that tell of losses and are not done */
    uint64_t losses_said;
};

static void count_if_it_tells_of_loss(struct dispatch *dispatch, const struct delivery *delivery,
                                      ssize_t change)
{
    if (delivery_tells_of_loss(delivery))
        __atomic_add_fetch(&dispatch->losses_told, change, __ATOMIC_RELAXED);
}

/* The store knows before anybody may think that all is over. */
static void finish(struct dispatch *dispatch, struct delivery *delivery)
{
    (void)store_done(dispatch->deliver.store, delivery);
    count_if_it_tells_of_loss(dispatch, delivery, -1);
    queue_done(dispatch->queue, delivery);
    delivery_free(delivery);
}

static struct dispatch_settings settings_of(struct dispatch *dispatch)
{
    struct dispatch_settings settings;

    pthread_mutex_lock(&dispatch->lock);
    settings = dispatch->settings;
    pthread_mutex_unlock(&dispatch->lock);
    return settings;
}

/* `first_ms`, doubled for each round that has been. */
static uint64_t backoff(const struct dispatch_settings *settings, unsigned int rounds)
{
    uint64_t ms = settings->retry_first_ms;

    for (unsigned int i = 0; i < rounds && ms < settings->retry_most_ms; i++)
        ms *= 2;
    return ms < settings->retry_most_ms ? ms : settings->retry_most_ms;
}

static void try_later(struct dispatch *dispatch, struct delivery *delivery, unsigned int rounds)
{
    struct dispatch_settings settings = settings_of(dispatch);

    queue_put_back(dispatch->queue, delivery, clock_now_ms() + backoff(&settings, rounds));
}

static void await_helper(struct dispatch *dispatch, struct delivery *delivery, const char *note)
{
    struct dispatch_settings settings = settings_of(dispatch);

    queue_hold(dispatch->queue,
               outcomes_note_absence(&dispatch->outcomes, note, settings.retry_first_ms));
    queue_put_back(dispatch->queue, delivery, 0);
}

static void handle(struct dispatch *dispatch, struct delivery *delivery)
{
    struct deliver_result result;

    deliver(&dispatch->deliver, delivery, &result);
    if (outcomes_note(&dispatch->outcomes, &result))
        queue_hold(dispatch->queue, 0);
    switch (result.outcome) {
    case DELIVER_DONE:
    case DELIVER_REFUSED:
        finish(dispatch, delivery);
        break;
    case DELIVER_AGAIN:
        try_later(dispatch, delivery, delivery->rounds);
        break;
    case DELIVER_NOT_RUN:
        try_later(dispatch, delivery, delivery->idle_rounds++);
        break;
    case DELIVER_NO_HELPER:
        await_helper(dispatch, delivery, result.note);
        break;
    case DELIVER_STOPPED:
        queue_put_back(dispatch->queue, delivery, 0);
        break;
    }
}

/* Whether there are more workers than are wanted now, and this is the one to go. */
static bool is_superfluous(struct dispatch *dispatch)
{
    bool is_too_many;

    pthread_mutex_lock(&dispatch->lock);
    is_too_many = dispatch->workers - dispatch->leaving > dispatch->settings.running_max;
    dispatch->leaving += is_too_many;
    pthread_mutex_unlock(&dispatch->lock);
    return is_too_many;
}

static void end_worker(struct dispatch *dispatch, bool was_superfluous)
{
    pthread_mutex_lock(&dispatch->lock);
    dispatch->workers--;
    dispatch->leaving -= was_superfluous;
    pthread_cond_signal(&dispatch->gone);
    pthread_mutex_unlock(&dispatch->lock);
}

static void add_worker_if_needed(struct dispatch *dispatch);

static void *work(void *user)
{
    struct dispatch *dispatch = user;
    bool superfluous = false;

    while (!superfluous) {
        struct delivery *delivery = queue_take(dispatch->queue);

        if (!delivery)
            break;
        superfluous = is_superfluous(dispatch);
        if (superfluous) {
            queue_put_back(dispatch->queue, delivery, 0);
        } else {
            add_worker_if_needed(dispatch);
            handle(dispatch, delivery);
        }
    }
    end_worker(dispatch, superfluous);
    return NULL;
}

/* Signals are the main thread's. */
static int start_thread(struct dispatch *dispatch)
{
    pthread_attr_t attributes;
    sigset_t all, before;
    pthread_t thread;
    int r;

    pthread_attr_init(&attributes);
    pthread_attr_setstacksize(&attributes, STACK_SIZE);
    pthread_attr_setdetachstate(&attributes, PTHREAD_CREATE_DETACHED);
    sigfillset(&all);
    pthread_sigmask(SIG_SETMASK, &all, &before);
    r = pthread_create(&thread, &attributes, work, dispatch);
    pthread_sigmask(SIG_SETMASK, &before, NULL);
    pthread_attr_destroy(&attributes);
    return -r;
}

/* Where no thread can be had the next event asks for one again. */
static void add_worker_if_needed(struct dispatch *dispatch)
{
    if (!queue_needs_taker(dispatch->queue))
        return;
    pthread_mutex_lock(&dispatch->lock);
    if (dispatch->workers - dispatch->leaving < dispatch->settings.running_max &&
        !__atomic_load_n(&dispatch->deliver.is_stopping, __ATOMIC_RELAXED)) {
        int r = start_thread(dispatch);

        dispatch->workers += r == 0;
        if (r < 0 && dispatch->workers == 0)
            fprintf(stderr, "virteventd: events wait, since no thread can be had: %s\n",
                    strerror(-r));
    }
    pthread_mutex_unlock(&dispatch->lock);
}

/* Takes the delivery over, and lets go of what the queue has no room for. */
static void enqueue(struct dispatch *dispatch, struct delivery *delivery)
{
    struct delivery *lost = NULL;

    count_if_it_tells_of_loss(dispatch, delivery, 1);
    if (queue_add(dispatch->queue, delivery, &lost) < 0) {
        count_if_it_tells_of_loss(dispatch, delivery, -1);
        fprintf(stderr, "virteventd: memory is short: event %s of %s %s waits for the next start\n",
                delivery->event, delivery->kind, delivery->object);
        delivery_free(delivery);
        return;
    }
    while (lost) {
        struct delivery *next = lost->next;

        (void)store_done(dispatch->deliver.store, lost);
        delivery_free(lost);
        lost = next;
    }
    add_worker_if_needed(dispatch);
}

static void enqueue_undone(struct dispatch *dispatch)
{
    struct delivery *delivery = store_take_undone(dispatch->deliver.store);

    while (delivery) {
        struct delivery *next = delivery->next;

        delivery->next = NULL;
        enqueue(dispatch, delivery);
        delivery = next;
    }
}

int dispatch_open(struct virthook *hook, struct store *store,
                  const struct dispatch_settings *settings, struct dispatch **ret_dispatch)
{
    auto_free struct dispatch *dispatch = calloc(1, sizeof(*dispatch));
    int r;

    if (!dispatch)
        return -ENOMEM;
    *dispatch = (struct dispatch){.deliver = {.hook = hook, .store = store}, .settings = *settings};
    r = delivery_make_prefix(dispatch->deliver.unkept_prefix);
    if (r == 0)
        r = queue_new(&settings->limits, &dispatch->queue);
    if (r < 0)
        return r;
    pthread_mutex_init(&dispatch->lock, NULL);
    pthread_cond_init(&dispatch->gone, NULL);
    outcomes_init(&dispatch->outcomes);
    enqueue_undone(dispatch);
    *ret_dispatch = take_pointer(&dispatch);
    return 0;
}

int dispatch_configure(struct dispatch *dispatch, const struct dispatch_settings *settings)
{
    pthread_mutex_lock(&dispatch->lock);
    dispatch->settings = *settings;
    pthread_mutex_unlock(&dispatch->lock);
    queue_set_limits(dispatch->queue, &settings->limits);
    add_worker_if_needed(dispatch);
    return 0;
}

void dispatch_take(const struct event *event, void *user)
{
    struct dispatch *dispatch = user;
    struct event numbered = *event;
    struct delivery *delivery;

    numbered.sequence = store_next_sequence(dispatch->deliver.store);
    if (delivery_make(&numbered, &delivery) < 0) {
        fprintf(stderr, "virteventd: memory is short: event %s of %s %s is lost\n", event->event,
                event->kind, event->object);
        return;
    }
    delivery->is_unkept = store_add(dispatch->deliver.store, delivery) < 0;
    enqueue(dispatch, delivery);
}

static void say_losses(struct dispatch *dispatch)
{
    struct queue_counts counts;
    uint64_t lost;

    queue_count(dispatch->queue, &counts);
    lost = counts.dropped + counts.coalesced;
    if (lost > dispatch->losses_said)
        fprintf(stderr,
                "virteventd: the queue is full: %" PRIu64 " events were lost, %" PRIu64
                " since the start\n",
                lost - dispatch->losses_said, lost);
    dispatch->losses_said = lost;
}

void dispatch_attend(struct dispatch *dispatch)
{
    const struct event_sink sink = {.take = dispatch_take, .user = dispatch};
    struct queue_loss loss;

    say_losses(dispatch);
    outcomes_say(&dispatch->outcomes);
    if (__atomic_load_n(&dispatch->losses_told, __ATOMIC_RELAXED) > 0)
        return;
    for (size_t i = 0; i < LOSSES_TOLD_MOST && queue_take_loss(dispatch->queue, &loss); i++) {
        lost_event_tell(&loss, &sink);
        queue_loss_clear(&loss);
    }
}

void dispatch_count(struct dispatch *dispatch, struct dispatch_counts *ret_counts)
{
    struct outcomes *outcomes = &dispatch->outcomes;

    queue_count(dispatch->queue, &ret_counts->queue);
    pthread_mutex_lock(&outcomes->lock);
    ret_counts->delivered = outcomes->delivered;
    ret_counts->retried = outcomes->retried;
    ret_counts->given_up = outcomes->given_up.count;
    ret_counts->refused = outcomes->refused.count;
    ret_counts->helper_away = outcomes->helper_away;
    pthread_mutex_unlock(&outcomes->lock);
}

void dispatch_stop(struct dispatch *dispatch)
{
    __atomic_store_n(&dispatch->deliver.is_stopping, true, __ATOMIC_RELAXED);
    queue_stop(dispatch->queue);
}

bool dispatch_await(struct dispatch *dispatch, uint64_t until_ms)
{
    return queue_await_idle(dispatch->queue, until_ms);
}

void dispatch_close(struct dispatch *dispatch)
{
    if (!dispatch)
        return;
    dispatch_stop(dispatch);
    pthread_mutex_lock(&dispatch->lock);
    while (dispatch->workers > 0)
        pthread_cond_wait(&dispatch->gone, &dispatch->lock);
    pthread_mutex_unlock(&dispatch->lock);
    queue_free(dispatch->queue);
    outcomes_end(&dispatch->outcomes);
    pthread_cond_destroy(&dispatch->gone);
    pthread_mutex_destroy(&dispatch->lock);
    free(dispatch);
}
