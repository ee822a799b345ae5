/*
 * The event loop: sources that are ready, timers that are due, and owners that go away inside a
 * callback.
 *
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */
#include "cleanup.h"
#include "clock.h"
#include "loop.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>
#include <sys/epoll.h>
#include <sys/eventfd.h>
#include <unistd.h>

#include <cmocka.h>

/* A timer or source with a letter; what has fired is noted by it. */
struct named {
    struct timer timer;
    struct source source;
    char name;
    struct named *victim; /* disarmed and removed when this one has its turn */
    bool stops, again;
};

static struct loop *loop;
static char fired[64];

static void note(const struct named *named)
{
    size_t length = strlen(fired);

    assert_true(length + 1 < sizeof(fired));
    fired[length] = named->name;
    if (named->victim) {
        loop_disarm(&named->victim->timer);
        if (named->victim->source.fd >= 0)
            loop_remove(loop, &named->victim->source);
    }
    if (named->stops)
        loop_stop(loop);
}

static void timer_fired(struct timer *timer)
{
    struct named *named = container_of(timer, struct named, timer);

    note(named);
    if (named->again)
        loop_arm(loop, timer, clock_now_ms() + 1);
}

static void source_ready(struct source *source, uint32_t events)
{
    note(container_of(source, struct named, source));
}

static struct named timer(char name)
{
    return (struct named){.name = name, .timer.fired = timer_fired, .source.fd = -EBADF};
}

/* A source that is ready from the start on. */
static struct named source(char name)
{
    return (struct named){
        .name = name,
        .source = {.fd = eventfd(1, EFD_CLOEXEC), .ready = source_ready},
    };
}

static int begin(void **state)
{
    memset(fired, 0, sizeof(fired));
    return loop_new(&loop);
}

static int end(void **state)
{
    loop_free(loop);
    return 0;
}

static void run(void)
{
    assert_int_equal(loop_run(loop), 0);
}

static void timers_fire_in_the_order_of_their_times(void **state)
{
    struct named a = timer('a'), b = timer('b'), c = timer('c'), d = timer('d');
    uint64_t now = clock_now_ms();

    d.stops = true;
    loop_arm(loop, &b.timer, now + 2);
    loop_arm(loop, &d.timer, now + 4);
    loop_arm(loop, &a.timer, now + 1);
    loop_arm(loop, &c.timer, now + 3);
    run();
    assert_string_equal(fired, "abcd");
}

static void timers_of_one_time_fire_in_the_order_of_arming(void **state)
{
    struct named a = timer('a'), b = timer('b'), c = timer('c');
    uint64_t now = clock_now_ms();

    c.stops = true;
    loop_arm(loop, &a.timer, now);
    loop_arm(loop, &b.timer, now);
    loop_arm(loop, &c.timer, now);
    run();
    assert_string_equal(fired, "abc");
}

static void a_timer_does_not_fire_before_its_time(void **state)
{
    struct named a = timer('a');
    uint64_t at = clock_now_ms() + 30;

    a.stops = true;
    loop_arm(loop, &a.timer, at);
    run();
    assert_true(clock_now_ms() >= at);
}

static void a_timer_whose_time_has_passed_fires_at_once(void **state)
{
    struct named a = timer('a');

    a.stops = true;
    loop_arm(loop, &a.timer, 0);
    run();
    assert_string_equal(fired, "a");
}

static void a_timer_fires_once_and_can_be_armed_again(void **state)
{
    struct named a = timer('a'), b = timer('b');
    uint64_t now = clock_now_ms();

    b.stops = true;
    loop_arm(loop, &a.timer, now);
    loop_arm(loop, &b.timer, now + 3);
    run();
    assert_string_equal(fired, "ab");
    loop_arm(loop, &a.timer, now);
    loop_arm(loop, &b.timer, now);
    run();
    assert_string_equal(fired, "abab");
}

static void a_timer_can_arm_itself_again(void **state)
{
    struct named a = timer('a'), b = timer('b');

    a.again = true;
    b.stops = true;
    loop_arm(loop, &a.timer, 0);
    loop_arm(loop, &b.timer, clock_now_ms() + 20);
    run();
    assert_true(strlen(fired) > 2);
    loop_disarm(&a.timer);
}

static void arming_again_moves_a_timer(void **state)
{
    struct named a = timer('a'), b = timer('b'), c = timer('c');
    uint64_t now = clock_now_ms();

    c.stops = true;
    loop_arm(loop, &a.timer, now);
    loop_arm(loop, &b.timer, now + 1);
    loop_arm(loop, &c.timer, now + 3);
    loop_arm(loop, &a.timer, now + 2);
    run();
    assert_string_equal(fired, "bac");
}

static void a_disarmed_timer_does_not_fire(void **state)
{
    struct named a = timer('a'), b = timer('b'), c = timer('c'), d = timer('d');
    uint64_t now = clock_now_ms();

    d.stops = true;
    loop_arm(loop, &a.timer, now);
    loop_arm(loop, &b.timer, now);
    loop_arm(loop, &c.timer, now);
    loop_arm(loop, &d.timer, now);
    loop_disarm(&a.timer);
    loop_disarm(&c.timer);
    loop_disarm(&c.timer);
    run();
    assert_string_equal(fired, "bd");
}

static void a_timer_armed_for_never_is_disarmed(void **state)
{
    struct named a = timer('a'), b = timer('b');

    b.stops = true;
    loop_arm(loop, &a.timer, 0);
    loop_arm(loop, &a.timer, CLOCK_NEVER);
    assert_null(a.timer.loop);
    loop_arm(loop, &b.timer, 0);
    run();
    assert_string_equal(fired, "b");
}

static void a_timer_can_disarm_one_that_is_due_as_well(void **state)
{
    struct named a = timer('a'), b = timer('b'), c = timer('c');

    a.victim = &b;
    c.stops = true;
    loop_arm(loop, &a.timer, 0);
    loop_arm(loop, &b.timer, 0);
    loop_arm(loop, &c.timer, 0);
    run();
    assert_string_equal(fired, "ac");
}

static void a_source_is_called_again_while_it_is_ready(void **state)
{
    struct named a = source('a');

    a.stops = true;
    assert_int_equal(loop_add(loop, &a.source, EPOLLIN), 0);
    run();
    run();
    assert_string_equal(fired, "aa");
    close(a.source.fd);
}

static void a_source_that_was_removed_is_not_called(void **state)
{
    struct named a = source('a'), b = timer('b');

    b.stops = true;
    assert_int_equal(loop_add(loop, &a.source, EPOLLIN), 0);
    loop_remove(loop, &a.source);
    loop_arm(loop, &b.timer, clock_now_ms() + 5);
    run();
    assert_string_equal(fired, "b");
    close(a.source.fd);
}

static void a_source_without_events_is_not_called_until_it_has_some(void **state)
{
    struct named a = source('a'), b = timer('b');

    a.stops = b.stops = true;
    assert_int_equal(loop_add(loop, &a.source, 0), 0);
    loop_arm(loop, &b.timer, clock_now_ms() + 5);
    run();
    assert_string_equal(fired, "b");
    assert_int_equal(loop_modify(loop, &a.source, EPOLLIN), 0);
    run();
    assert_string_equal(fired, "ba");
    close(a.source.fd);
}

/* Two are ready at the same time, and the one removes the other: no event of it is left over. */
static void a_source_can_remove_one_that_is_ready_as_well(void **state)
{
    struct named a = source('a'), b = source('b');

    a.victim = &b;
    b.victim = &a;
    a.stops = b.stops = true;
    assert_int_equal(loop_add(loop, &a.source, EPOLLIN), 0);
    assert_int_equal(loop_add(loop, &b.source, EPOLLIN), 0);
    run();
    a.victim = b.victim = NULL;
    run();
    assert_int_equal(strlen(fired), 2);
    assert_int_equal(fired[0], fired[1]);
    close(a.source.fd);
    close(b.source.fd);
}

static void a_timer_can_remove_a_source_that_is_ready(void **state)
{
    struct named a = timer('a'), b = source('b'), c = timer('c');

    a.victim = &b;
    c.stops = true;
    assert_int_equal(loop_add(loop, &b.source, EPOLLIN), 0);
    loop_arm(loop, &a.timer, 0);
    loop_arm(loop, &c.timer, clock_now_ms() + 5);
    run();
    assert_string_equal(fired, "ac");
    close(b.source.fd);
}

static void a_source_that_is_always_ready_keeps_no_other_waiting(void **state)
{
    struct named busy = source('x'), other = source('a');

    other.stops = true;
    assert_int_equal(loop_add(loop, &busy.source, EPOLLIN), 0);
    assert_int_equal(loop_add(loop, &other.source, EPOLLIN), 0);
    run();
    assert_true(strlen(fired) <= 3);
    close(busy.source.fd);
    close(other.source.fd);
}

static void stopping_in_a_timer_leaves_the_sources_for_the_next_run(void **state)
{
    struct named a = timer('a'), b = source('b');

    a.stops = b.stops = true;
    assert_int_equal(loop_add(loop, &b.source, EPOLLIN), 0);
    loop_arm(loop, &a.timer, 0);
    run();
    assert_string_equal(fired, "a");
    run();
    assert_string_equal(fired, "ab");
    close(b.source.fd);
}

static void a_descriptor_that_cannot_be_watched_is_refused(void **state)
{
    struct named a = timer('a');

    a.source = (struct source){.fd = -1, .ready = source_ready};
    assert_int_equal(loop_add(loop, &a.source, EPOLLIN), -EBADF);
}

static void no_loop_is_freed_too(void **state)
{
    loop_free(NULL);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(timers_fire_in_the_order_of_their_times, begin, end),
        cmocka_unit_test_setup_teardown(timers_of_one_time_fire_in_the_order_of_arming, begin, end),
        cmocka_unit_test_setup_teardown(a_timer_does_not_fire_before_its_time, begin, end),
        cmocka_unit_test_setup_teardown(a_timer_whose_time_has_passed_fires_at_once, begin, end),
        cmocka_unit_test_setup_teardown(a_timer_fires_once_and_can_be_armed_again, begin, end),
        cmocka_unit_test_setup_teardown(a_timer_can_arm_itself_again, begin, end),
        cmocka_unit_test_setup_teardown(arming_again_moves_a_timer, begin, end),
        cmocka_unit_test_setup_teardown(a_disarmed_timer_does_not_fire, begin, end),
        cmocka_unit_test_setup_teardown(a_timer_armed_for_never_is_disarmed, begin, end),
        cmocka_unit_test_setup_teardown(a_timer_can_disarm_one_that_is_due_as_well, begin, end),
        cmocka_unit_test_setup_teardown(a_source_is_called_again_while_it_is_ready, begin, end),
        cmocka_unit_test_setup_teardown(a_source_that_was_removed_is_not_called, begin, end),
        cmocka_unit_test_setup_teardown(a_source_without_events_is_not_called_until_it_has_some,
                                        begin, end),
        cmocka_unit_test_setup_teardown(a_source_can_remove_one_that_is_ready_as_well, begin, end),
        cmocka_unit_test_setup_teardown(a_timer_can_remove_a_source_that_is_ready, begin, end),
        cmocka_unit_test_setup_teardown(a_source_that_is_always_ready_keeps_no_other_waiting, begin,
                                        end),
        cmocka_unit_test_setup_teardown(stopping_in_a_timer_leaves_the_sources_for_the_next_run,
                                        begin, end),
        cmocka_unit_test_setup_teardown(a_descriptor_that_cannot_be_watched_is_refused, begin, end),
        cmocka_unit_test(no_loop_is_freed_too),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
