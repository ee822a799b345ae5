/*
 * Who runs when: one call of an object at a time, as many objects as there are slots, and each
 * lane in the order of arrival.
 *
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */
#include "loop.h"
#include "order.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#define CALLS_MAX 4096

struct call {
    struct order_entry entry;
    size_t lane;
    bool leaves_at_once, is_in;
};

static struct order order;
static struct call calls[CALLS_MAX];
static size_t started[CALLS_MAX], started_count;

static struct call *call_of(struct order_entry *entry)
{
    return container_of(entry, struct call, entry);
}

static void leave(struct call *call)
{
    order_leave(&order, &call->entry);
    call->is_in = false;
}

static void note_start(struct order_entry *entry)
{
    struct call *call = call_of(entry);

    started[started_count++] = (size_t)(call - calls);
    if (call->leaves_at_once) {
        leave(call);
        order_pump(&order);
    }
}

static int begin(void **state)
{
    memset(&order, 0, sizeof(order));
    memset(calls, 0, sizeof(calls));
    order.slots = 2;
    started_count = 0;
    return 0;
}

static int end(void **state)
{
    for (size_t i = 0; i < CALLS_MAX; i++) {
        if (calls[i].is_in)
            leave(&calls[i]);
    }
    assert_int_equal(order.running, 0);
    assert_int_equal(order.waiting, 0);
    assert_null(order.first_ready);
    for (size_t i = 0; i < ORDER_BUCKETS; i++)
        assert_null(order.buckets[i]);
    return 0;
}

static void enter(size_t index, const char *driver, const char *object)
{
    calls[index].entry.start = note_start;
    calls[index].is_in = true;
    assert_int_equal(order_enter(&order, &calls[index].entry, driver, object), 0);
}

/* The calls that have started so far, in order, as their numbers: "0 2 1 ". */
static void assert_started(const char *expected)
{
    char text[256] = "";

    for (size_t i = 0; i < started_count; i++)
        snprintf(text + strlen(text), sizeof(text) - strlen(text), "%zu ", started[i]);
    assert_string_equal(text, expected);
}

static void nothing_starts_before_it_is_pumped(void **state)
{
    enter(0, "qemu", "a");
    assert_started("");
    assert_int_equal(order.waiting, 1);
    order_pump(&order);
    assert_started("0 ");
    assert_int_equal(order.waiting, 0);
    assert_int_equal(order.running, 1);
}

static void calls_for_one_object_run_one_after_the_other(void **state)
{
    for (size_t i = 0; i < 3; i++)
        enter(i, "qemu", "a");
    order_pump(&order);
    assert_started("0 ");
    leave(&calls[0]);
    order_pump(&order);
    assert_started("0 1 ");
    leave(&calls[1]);
    order_pump(&order);
    assert_started("0 1 2 ");
}

static void calls_for_different_objects_run_beside_each_other(void **state)
{
    enter(0, "qemu", "a");
    enter(1, "qemu", "b");
    order_pump(&order);
    assert_started("0 1 ");
}

static void one_name_under_two_drivers_is_two_objects(void **state)
{
    enter(0, "qemu", "a");
    enter(1, "lxc", "a");
    order_pump(&order);
    assert_started("0 1 ");
}

static void a_driver_and_an_object_are_not_taken_together(void **state)
{
    enter(0, "ab", "c");
    enter(1, "a", "bc");
    order_pump(&order);
    assert_started("0 1 ");
}

static void no_more_run_than_there_are_slots(void **state)
{
    static const char *const objects[] = {"a", "b", "c", "d"};

    for (size_t i = 0; i < 4; i++)
        enter(i, "qemu", objects[i]);
    order_pump(&order);
    assert_started("0 1 ");
    leave(&calls[1]);
    order_pump(&order);
    assert_started("0 1 2 ");
}

static void objects_that_wait_for_a_slot_are_served_in_turn(void **state)
{
    order.slots = 1;
    enter(0, "qemu", "a");
    enter(1, "qemu", "a");
    enter(2, "qemu", "b");
    for (size_t i = 0; i < 3; i++) {
        order_pump(&order);
        leave(&calls[started[i]]);
    }
    assert_started("0 2 1 ");
}

static void more_slots_let_more_run(void **state)
{
    order.slots = 1;
    enter(0, "qemu", "a");
    enter(1, "qemu", "b");
    order_pump(&order);
    assert_started("0 ");
    order.slots = 2;
    order_pump(&order);
    assert_started("0 1 ");
}

static void fewer_slots_end_nothing_and_start_nothing(void **state)
{
    enter(0, "qemu", "a");
    enter(1, "qemu", "b");
    enter(2, "qemu", "c");
    order_pump(&order);
    order.slots = 1;
    leave(&calls[0]);
    order_pump(&order);
    assert_started("0 1 ");
    leave(&calls[1]);
    order_pump(&order);
    assert_started("0 1 2 ");
}

static void one_that_waits_can_leave_from_the_middle_of_its_lane(void **state)
{
    for (size_t i = 0; i < 3; i++)
        enter(i, "qemu", "a");
    order_pump(&order);
    leave(&calls[1]);
    leave(&calls[0]);
    order_pump(&order);
    assert_started("0 2 ");
}

static void one_that_waits_can_leave_from_the_end_of_its_lane(void **state)
{
    enter(0, "qemu", "a");
    enter(1, "qemu", "a");
    order_pump(&order);
    leave(&calls[1]);
    enter(2, "qemu", "a");
    leave(&calls[0]);
    order_pump(&order);
    assert_started("0 2 ");
}

static void the_first_of_a_waiting_lane_leaves_its_turn_to_the_next(void **state)
{
    order.slots = 1;
    enter(0, "qemu", "a");
    enter(1, "qemu", "b");
    enter(2, "qemu", "b");
    order_pump(&order);
    leave(&calls[1]);
    leave(&calls[0]);
    order_pump(&order);
    assert_started("0 2 ");
}

/* A recursion over so many would need more stack than there is. */
static void thousands_that_end_at_once_run_one_after_the_other(void **state)
{
    for (size_t i = 0; i < CALLS_MAX; i++) {
        calls[i].leaves_at_once = true;
        enter(i, "qemu", i % 2 ? "a" : "b");
    }
    order_pump(&order);
    assert_int_equal(started_count, CALLS_MAX);
    for (size_t i = 0; i < CALLS_MAX; i++)
        assert_false(calls[i].is_in);
}

#define LANES 7

/* What must hold at any time, seen from the calls alone. */
static void assert_in_order(size_t entered)
{
    size_t running = 0, running_of[LANES] = {0};
    bool waits_before[LANES] = {false};

    for (size_t i = 0; i < entered; i++) {
        const struct call *call = &calls[i];

        if (!call->is_in)
            continue;
        if (call->entry.running) {
            assert_false(waits_before[call->lane]);
            assert_int_equal(++running_of[call->lane], 1);
            running++;
        } else {
            waits_before[call->lane] = true;
        }
    }
    assert_int_equal(order.running, running);
    assert_true(running <= order.slots);
    for (size_t lane = 0; running < order.slots && lane < LANES; lane++)
        assert_true(!waits_before[lane] || running_of[lane] == 1);
}

/* Any sequence of comings and goings: no slot stays empty while somebody could run, none is given
 * twice, nobody overtakes. */
static void whatever_comes_and_goes_the_order_holds(void **state)
{
    unsigned int seed = 20240301;
    size_t entered = 0;
    char object[2] = "a";

    order.slots = 3;
    print_message("seed %u\n", seed);
    while (entered < CALLS_MAX) {
        size_t index = (size_t)rand_r(&seed) % (entered + 1);

        if (rand_r(&seed) % 2) {
            calls[entered].lane = (size_t)rand_r(&seed) % LANES;
            object[0] = (char)('a' + calls[entered].lane);
            enter(entered, "qemu", object);
            entered++;
        } else if (calls[index].is_in) {
            leave(&calls[index]);
        }
        order_pump(&order);
        assert_in_order(entered);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(nothing_starts_before_it_is_pumped, begin, end),
        cmocka_unit_test_setup_teardown(calls_for_one_object_run_one_after_the_other, begin, end),
        cmocka_unit_test_setup_teardown(calls_for_different_objects_run_beside_each_other, begin,
                                        end),
        cmocka_unit_test_setup_teardown(one_name_under_two_drivers_is_two_objects, begin, end),
        cmocka_unit_test_setup_teardown(a_driver_and_an_object_are_not_taken_together, begin, end),
        cmocka_unit_test_setup_teardown(no_more_run_than_there_are_slots, begin, end),
        cmocka_unit_test_setup_teardown(objects_that_wait_for_a_slot_are_served_in_turn, begin,
                                        end),
        cmocka_unit_test_setup_teardown(more_slots_let_more_run, begin, end),
        cmocka_unit_test_setup_teardown(fewer_slots_end_nothing_and_start_nothing, begin, end),
        cmocka_unit_test_setup_teardown(one_that_waits_can_leave_from_the_middle_of_its_lane, begin,
                                        end),
        cmocka_unit_test_setup_teardown(one_that_waits_can_leave_from_the_end_of_its_lane, begin,
                                        end),
        cmocka_unit_test_setup_teardown(the_first_of_a_waiting_lane_leaves_its_turn_to_the_next,
                                        begin, end),
        cmocka_unit_test_setup_teardown(thousands_that_end_at_once_run_one_after_the_other, begin,
                                        end),
        cmocka_unit_test_setup_teardown(whatever_comes_and_goes_the_order_holds, begin, end),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
