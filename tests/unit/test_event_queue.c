/*
 * The queue of deliveries: order, lanes, bounds, what is lost and told, and many threads.
 *
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */
#include "clock.h"
#include "events_rig.h"
#include "queue.h"

#include <pthread.h>

static struct queue *queue;
static uint64_t next_sequence;

static void open_queue(size_t events, size_t bytes, bool coalesce)
{
    const struct queue_limits limits = {.events = events, .bytes = bytes, .coalesce = coalesce};

    next_sequence = 1;
    assert_int_equal(queue_new(&limits, &queue), 0);
}

static int tear_down(void **state)
{
    queue_free(queue);
    queue = NULL;
    return 0;
}

/* Adds it and frees what had to go for it; returns how many those were. */
static size_t add_delivery(struct delivery *delivery)
{
    struct delivery *lost = NULL;
    size_t count = 0;

    assert_int_equal(queue_add(queue, delivery, &lost), 0);
    for (const struct delivery *one = lost; one; one = one->next)
        count++;
    delivery_free_all(lost);
    return count;
}

static size_t add(const char *object, const char *event)
{
    return add_delivery(events_delivery(next_sequence++, object, event));
}

static struct queue_counts counts(void)
{
    struct queue_counts now;

    queue_count(queue, &now);
    return now;
}

static struct delivery *take(const char *object, const char *event)
{
    struct delivery *delivery = queue_take(queue);

    assert_non_null(delivery);
    assert_string_equal(delivery->object, object);
    assert_string_equal(delivery->event, event);
    return delivery;
}

static void finish(struct delivery *delivery)
{
    queue_done(queue, delivery);
    delivery_free(delivery);
}

/* What waits is this, in the order in which it is run one at a time. */
static void assert_waiting(const char *wanted)
{
    char found[512] = "";

    while (queue_needs_taker(queue)) {
        struct delivery *delivery = queue_take(queue);
        size_t size = strlen(found);

        (void)snprintf(found + size, sizeof(found) - size, "%s %s;", delivery->object,
                       delivery->event);
        finish(delivery);
    }
    assert_string_equal(found, wanted);
}

/* What was lost and is told now. */
static void assert_losses(const char *wanted)
{
    struct queue_loss loss;
    char found[512] = "";

    while (queue_take_loss(queue, &loss)) {
        size_t size = strlen(found);

        (void)snprintf(found + size, sizeof(found) - size, "%s %s %llu;", loss.object,
                       loss.coalesced ? "coalesced" : "dropped", (unsigned long long)loss.count);
        queue_loss_clear(&loss);
    }
    assert_string_equal(found, wanted);
}

static void an_object_s_events_run_in_order_one_at_a_time(void **state)
{
    struct delivery *first;

    open_queue(10, 100000, false);
    add("g1", "defined");
    add("g1", "started");
    first = take("g1", "defined");
    assert_false(queue_needs_taker(queue));
    finish(first);
    finish(take("g1", "started"));
    assert_int_equal(counts().lanes, 0);
}

static void objects_run_beside_each_other(void **state)
{
    struct delivery *running[2];

    open_queue(10, 100000, false);
    add("g1", "defined");
    add("g1", "started");
    add("g2", "defined");
    running[0] = take("g1", "defined");
    running[1] = take("g2", "defined");
    assert_int_equal(counts().running, 2);
    assert_int_equal(counts().waiting, 1);
    finish(running[1]);
    finish(running[0]);
    assert_waiting("g1 started;");
}

static void who_has_much_waiting_does_not_keep_others_from_their_turn(void **state)
{
    open_queue(10, 100000, false);
    add("g1", "a");
    add("g1", "b");
    add("g1", "c");
    add("g2", "a");
    assert_waiting("g1 a;g2 a;g1 b;g1 c;");
}

static void another_uri_or_kind_is_another_object_and_a_new_name_is_none(void **state)
{
    struct event event = events_one(1, "g1", "started");

    open_queue(10, 100000, false);
    add_delivery(events_delivery_of(event));
    event.kind = "network";
    add_delivery(events_delivery_of(event));
    event.uri = "lxc:///system";
    add_delivery(events_delivery_of(event));
    assert_int_equal(counts().lanes, 3);
    event.uuid = "c7a5fdbd-edaf-9455-926a-d65c16db1809";
    add_delivery(events_delivery_of(event));
    event.object = "renamed";
    add_delivery(events_delivery_of(event));
    assert_int_equal(counts().lanes, 4);
}

static void a_full_queue_drops_the_oldest_of_the_same_object(void **state)
{
    open_queue(3, 100000, false);
    add("g1", "a");
    add("g2", "a");
    add("g2", "b");
    assert_int_equal(add("g1", "b"), 1);
    assert_losses("g1 dropped 1;");
    assert_int_equal(counts().dropped, 1);
    assert_waiting("g1 b;g2 a;g2 b;");
}

static void where_that_has_none_the_oldest_of_the_longest(void **state)
{
    open_queue(4, 100000, false);
    add("g1", "a");
    add("g2", "a");
    add("g2", "b");
    add("g2", "c");
    assert_int_equal(add("g3", "a"), 1);
    assert_int_equal(add("g4", "a"), 1);
    assert_losses("g2 dropped 2;");
    assert_waiting("g1 a;g2 c;g3 a;g4 a;");
}

static void what_runs_is_neither_counted_nor_dropped(void **state)
{
    struct delivery *running;

    open_queue(1, 100000, false);
    add("g1", "a");
    running = take("g1", "a");
    assert_int_equal(add("g1", "b"), 0);
    assert_int_equal(add("g1", "c"), 1);
    finish(running);
    assert_waiting("g1 c;");
}

static void coalescing_lets_go_of_equal_ones_and_keeps_the_newest(void **state)
{
    open_queue(5, 100000, true);
    add("g1", "started");
    add("g1", "stopped");
    add("g1", "started");
    add("g2", "started");
    add("g2", "stopped");
    assert_int_equal(add("g1", "started"), 2);
    assert_losses("g1 coalesced 2;");
    assert_int_equal(counts().coalesced, 2);
    assert_waiting("g1 stopped;g2 started;g1 started;g2 stopped;");
}

static void another_detail_is_not_equal(void **state)
{
    struct event event = events_one(1, "g1", "stopped");

    open_queue(1, 100000, true);
    event.detail = "crashed";
    add_delivery(events_delivery_of(event));
    event.detail = "shutdown";
    assert_int_equal(add_delivery(events_delivery_of(event)), 1);
    assert_losses("g1 dropped 1;");
}

static void where_nothing_is_equal_the_oldest_is_dropped(void **state)
{
    open_queue(2, 100000, true);
    add("g1", "a");
    add("g1", "b");
    assert_int_equal(add("g1", "c"), 1);
    assert_losses("g1 dropped 1;");
    assert_waiting("g1 b;g1 c;");
}

static void equal_ones_stay_while_there_is_room(void **state)
{
    open_queue(3, 100000, true);
    add("g1", "a");
    add("g1", "a");
    assert_int_equal(add("g1", "a"), 0);
    assert_losses("");
}

static void bytes_are_bounded_too(void **state)
{
    struct delivery *one = events_delivery(10, "g1", "a");
    size_t size = one->size;

    open_queue(1000, size * 3 + size / 2, false);
    next_sequence = 11;
    add_delivery(one);
    for (size_t i = 0; i < 10; i++)
        add("g1", "b");
    assert_int_equal(counts().waiting, 3);
    assert_int_equal(counts().bytes, size * 3);
    assert_losses("g1 dropped 8;");
}

static void one_that_is_larger_than_the_queue_is_lost_and_no_other(void **state)
{
    struct event event = events_one(9, "g2", "metadata-change");
    char extra[4096];

    memset(extra, 'x', sizeof(extra));
    extra[sizeof(extra) - 1] = '\0';
    event.extra = extra;
    open_queue(10, sizeof(extra), false);
    add("g1", "a");
    assert_int_equal(add_delivery(events_delivery_of(event)), 1);
    assert_losses("g2 dropped 1;");
    assert_waiting("g1 a;");
}

static void add_word_of_loss(void)
{
    struct event event = events_one(next_sequence++, "-", "lost");

    event.kind = "daemon";
    event.detail = "dropped";
    assert_int_equal(add_delivery(events_delivery_of(event)), 0);
}

static void what_tells_of_a_loss_is_not_lost_and_displaces_nothing(void **state)
{
    open_queue(1, 100000, true);
    add("g1", "a");
    add_word_of_loss();
    add_word_of_loss();
    assert_int_equal(add("g1", "b"), 1);
    assert_int_equal(add("g2", "b"), 1);
    assert_int_equal(counts().waiting, 1);
    assert_waiting("- lost;g2 b;- lost;");
}

static void losses_are_told_once(void **state)
{
    open_queue(1, 100000, false);
    add("g1", "a");
    add("g1", "b");
    assert_losses("g1 dropped 1;");
    assert_losses("");
    add("g1", "c");
    assert_losses("g1 dropped 1;");
}

static void objects_beyond_a_thousand_are_counted_together(void **state)
{
    struct queue_loss loss;
    uint64_t total = 0, together = 0;
    size_t told = 0;

    open_queue(1, 100000, false);
    for (unsigned int i = 0; i <= 3000; i++) {
        char name[32];

        (void)snprintf(name, sizeof(name), "g%u", i);
        assert_int_equal(add(name, "a"), i > 0);
    }
    while (queue_take_loss(queue, &loss)) {
        total += loss.count;
        if (strcmp(loss.kind, "-") == 0)
            together = loss.count;
        told++;
        queue_loss_clear(&loss);
    }
    assert_int_equal(total, 3000);
    assert_int_equal(together, 2000);
    assert_int_equal(told, 1001);
}

static void lower_bounds_hold_from_the_next_event_on(void **state)
{
    const struct queue_limits lower = {.events = 2, .bytes = 100000};

    open_queue(5, 100000, false);
    for (size_t i = 0; i < 5; i++)
        add("g1", "a");
    queue_set_limits(queue, &lower);
    assert_int_equal(counts().waiting, 5);
    assert_int_equal(add("g1", "b"), 4);
    assert_waiting("g1 a;g1 b;");
}

static void one_that_is_put_back_runs_again_before_the_others_and_not_too_soon(void **state)
{
    uint64_t at_ms;

    open_queue(10, 100000, false);
    add("g1", "a");
    add("g1", "b");
    at_ms = clock_now_ms() + 100;
    queue_put_back(queue, take("g1", "a"), at_ms);
    add("g2", "a");
    finish(take("g2", "a"));
    assert_true(queue_needs_taker(queue));
    finish(take("g1", "a"));
    assert_true(clock_now_ms() >= at_ms);
    finish(take("g1", "b"));
}

static void those_that_wait_for_their_time_come_by_time(void **state)
{
    uint64_t now_ms;

    open_queue(10, 100000, false);
    add("g1", "a");
    add("g2", "a");
    add("g3", "a");
    now_ms = clock_now_ms();
    queue_put_back(queue, take("g1", "a"), now_ms + 30);
    queue_put_back(queue, take("g2", "a"), now_ms + 10);
    queue_put_back(queue, take("g3", "a"), now_ms + 20);
    assert_waiting("g2 a;g3 a;g1 a;");
}

static void the_next_need_not_wait_when_the_one_put_back_is_dropped(void **state)
{
    open_queue(2, 100000, false);
    add("g1", "a");
    queue_put_back(queue, take("g1", "a"), clock_now_ms() + 3600000);
    add("g1", "b");
    assert_int_equal(add("g1", "c"), 1);
    assert_waiting("g1 b;g1 c;");
}

static void a_lane_whose_only_one_is_dropped_ends(void **state)
{
    open_queue(1, 100000, false);
    add("g1", "a");
    queue_put_back(queue, take("g1", "a"), clock_now_ms() + 3600000);
    assert_int_equal(add("g2", "a"), 1);
    assert_int_equal(counts().lanes, 1);
    assert_waiting("g2 a;");
}

static void while_it_is_held_nothing_is_taken(void **state)
{
    uint64_t until_ms = clock_now_ms() + 100;

    open_queue(10, 100000, false);
    add("g1", "a");
    queue_hold(queue, until_ms);
    finish(take("g1", "a"));
    assert_true(clock_now_ms() >= until_ms);
}

static void *take_one(void *user)
{
    return queue_take(queue);
}

static void a_hold_that_is_ended_lets_go_of_who_waits(void **state)
{
    pthread_t thread;
    void *taken;

    open_queue(10, 100000, false);
    add("g1", "a");
    queue_hold(queue, clock_now_ms() + 3600000);
    assert_int_equal(pthread_create(&thread, NULL, take_one, NULL), 0);
    queue_hold(queue, 0);
    assert_int_equal(pthread_join(thread, &taken), 0);
    assert_non_null(taken);
    finish(taken);
}

static void at_the_stop_all_who_wait_go_without_and_what_waits_is_kept(void **state)
{
    pthread_t threads[8];
    void *taken;

    open_queue(10, 100000, false);
    for (size_t i = 0; i < 8; i++)
        assert_int_equal(pthread_create(&threads[i], NULL, take_one, NULL), 0);
    queue_stop(queue);
    add("g1", "a");
    for (size_t i = 0; i < 8; i++) {
        assert_int_equal(pthread_join(threads[i], &taken), 0);
        assert_null(taken);
    }
    assert_int_equal(counts().waiting, 1);
}

static void the_end_of_what_runs_can_be_waited_for(void **state)
{
    struct delivery *running;

    open_queue(10, 100000, false);
    assert_true(queue_await_idle(queue, 0));
    add("g1", "a");
    running = take("g1", "a");
    assert_false(queue_await_idle(queue, clock_now_ms() + 10));
    finish(running);
    assert_true(queue_await_idle(queue, CLOCK_NEVER));
}

#define BURST         10000
#define BURST_OBJECTS 100
#define BURST_THREADS 16

static uint64_t last_of[BURST_OBJECTS];
static bool is_running[BURST_OBJECTS];
static size_t burst_taken;
static bool burst_failed;

/* Each object's own variables are guarded by the promise under test; ThreadSanitizer sees to it. */
static void *run_burst(void *user)
{
    struct delivery *delivery;

    while ((delivery = queue_take(queue))) {
        size_t object = (delivery->sequence - 1) % BURST_OBJECTS;

        if (is_running[object] || delivery->sequence != last_of[object] + BURST_OBJECTS)
            __atomic_store_n(&burst_failed, true, __ATOMIC_RELAXED);
        is_running[object] = true;
        last_of[object] = delivery->sequence;
        sched_yield();
        is_running[object] = false;
        finish(delivery);
        if (__atomic_add_fetch(&burst_taken, 1, __ATOMIC_RELAXED) == BURST)
            queue_stop(queue);
    }
    return NULL;
}

static void ten_thousand_go_through_once_each_and_in_order(void **state)
{
    pthread_t threads[BURST_THREADS];

    open_queue(BURST, 100000000, false);
    for (size_t i = 0; i < BURST_OBJECTS; i++)
        last_of[i] = i + 1 - BURST_OBJECTS;
    for (size_t i = 0; i < BURST_THREADS; i++)
        assert_int_equal(pthread_create(&threads[i], NULL, run_burst, NULL), 0);
    for (size_t i = 0; i < BURST; i++) {
        char name[32];

        (void)snprintf(name, sizeof(name), "g%zu", i % BURST_OBJECTS);
        assert_int_equal(add(name, "a"), 0);
    }
    for (size_t i = 0; i < BURST_THREADS; i++)
        assert_int_equal(pthread_join(threads[i], NULL), 0);
    assert_int_equal(burst_taken, BURST);
    assert_false(burst_failed);
    assert_int_equal(counts().lanes, 0);
}

static void a_flood_over_its_bounds_is_counted_to_the_last(void **state)
{
    struct queue_loss loss;
    uint64_t lost = 0;

    open_queue(100, 100000000, false);
    for (size_t i = 0; i < 20000; i++) {
        char name[32];

        (void)snprintf(name, sizeof(name), "g%zu", i * 7919 % 500);
        lost += add(name, "a");
        assert_true(counts().waiting <= 100);
    }
    assert_int_equal(lost, 19900);
    assert_int_equal(counts().dropped, 19900);
    while (queue_take_loss(queue, &loss)) {
        lost -= loss.count;
        queue_loss_clear(&loss);
    }
    assert_int_equal(lost, 0);
}

int main(void)
{
#define TEST(name) cmocka_unit_test_teardown(name, tear_down)
    const struct CMUnitTest tests[] = {
        TEST(an_object_s_events_run_in_order_one_at_a_time),
        TEST(objects_run_beside_each_other),
        TEST(who_has_much_waiting_does_not_keep_others_from_their_turn),
        TEST(another_uri_or_kind_is_another_object_and_a_new_name_is_none),
        TEST(a_full_queue_drops_the_oldest_of_the_same_object),
        TEST(where_that_has_none_the_oldest_of_the_longest),
        TEST(what_runs_is_neither_counted_nor_dropped),
        TEST(coalescing_lets_go_of_equal_ones_and_keeps_the_newest),
        TEST(another_detail_is_not_equal),
        TEST(where_nothing_is_equal_the_oldest_is_dropped),
        TEST(equal_ones_stay_while_there_is_room),
        TEST(bytes_are_bounded_too),
        TEST(one_that_is_larger_than_the_queue_is_lost_and_no_other),
        TEST(what_tells_of_a_loss_is_not_lost_and_displaces_nothing),
        TEST(losses_are_told_once),
        TEST(objects_beyond_a_thousand_are_counted_together),
        TEST(lower_bounds_hold_from_the_next_event_on),
        TEST(one_that_is_put_back_runs_again_before_the_others_and_not_too_soon),
        TEST(those_that_wait_for_their_time_come_by_time),
        TEST(the_next_need_not_wait_when_the_one_put_back_is_dropped),
        TEST(a_lane_whose_only_one_is_dropped_ends),
        TEST(while_it_is_held_nothing_is_taken),
        TEST(a_hold_that_is_ended_lets_go_of_who_waits),
        TEST(at_the_stop_all_who_wait_go_without_and_what_waits_is_kept),
        TEST(the_end_of_what_runs_can_be_waited_for),
        TEST(ten_thousand_go_through_once_each_and_in_order),
        TEST(a_flood_over_its_bounds_is_counted_to_the_last),
    };

    return cmocka_run_group_tests_name("event queue", tests, NULL, NULL);
}
