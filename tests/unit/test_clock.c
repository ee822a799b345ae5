/*
 * Time left until a deadline, and sums of times that do not wrap.
 *
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */
#include "clock.h"

#include <limits.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

static void the_clock_never_goes_back(void **state)
{
    uint64_t last = clock_now_ms();

    for (int i = 0; i < 1000; i++) {
        uint64_t now = clock_now_ms();

        assert_true(now >= last);
        last = now;
    }
}

static void a_deadline_that_has_passed_leaves_nothing(void **state)
{
    assert_int_equal(clock_timeout_ms(0), 0);
    assert_int_equal(clock_timeout_ms(clock_now_ms()), 0);
}

static void a_deadline_to_come_leaves_no_more_than_its_distance(void **state)
{
    int left = clock_timeout_ms(clock_now_ms() + 3600000);

    assert_true(left > 3500000 && left <= 3600000);
}

static void no_deadline_is_poll_without_end(void **state)
{
    assert_int_equal(clock_timeout_ms(CLOCK_NEVER), -1);
}

static void a_deadline_beyond_what_poll_can_say_is_its_longest_wait(void **state)
{
    assert_int_equal(clock_timeout_ms(CLOCK_NEVER - 1), INT_MAX);
}

static void sums_stop_at_never(void **state)
{
    assert_true(clock_add_ms(2, 3) == 5);
    assert_true(clock_add_ms(CLOCK_NEVER, 0) == CLOCK_NEVER);
    assert_true(clock_add_ms(CLOCK_NEVER, 1) == CLOCK_NEVER);
    assert_true(clock_add_ms(CLOCK_NEVER - 1, 5) == CLOCK_NEVER);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(the_clock_never_goes_back),
        cmocka_unit_test(a_deadline_that_has_passed_leaves_nothing),
        cmocka_unit_test(a_deadline_to_come_leaves_no_more_than_its_distance),
        cmocka_unit_test(no_deadline_is_poll_without_end),
        cmocka_unit_test(a_deadline_beyond_what_poll_can_say_is_its_longest_wait),
        cmocka_unit_test(sums_stop_at_never),
    };

    return cmocka_run_group_tests_name("clock", tests, NULL, NULL);
}
