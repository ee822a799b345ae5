/*
 * Which deliveries are kept in mind: so many, the latest, and none that was forgotten.
 *
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */
#include "deliveries.h"

#include "cleanup.h"
#include "names.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>

static void free_deliveries(struct deliveries **slot)
{
    deliveries_free(*slot);
}

#define auto_deliveries __attribute__((cleanup(free_deliveries)))

/* The name of the one with this number, until the next call. */
static const char *numbered(size_t number)
{
    static char name[NAME_DELIVERY_MAX + 1];

    snprintf(name, sizeof(name), "9f3c21d07be84a65-%zu", number);
    return name;
}

static void add_numbered(struct deliveries **deliveries, size_t first, size_t count)
{
    for (size_t i = first; i < first + count; i++)
        assert_int_equal(deliveries_add(deliveries, numbered(i)), 0);
}

static void nothing_is_known_before_the_first(void **state)
{
    assert_false(deliveries_know(NULL, "a-1"));
}

static void what_was_added_is_known_and_no_other(void **state)
{
    auto_deliveries struct deliveries *deliveries = NULL;

    assert_int_equal(deliveries_add(&deliveries, "a-1"), 0);
    assert_true(deliveries_know(deliveries, "a-1"));
    assert_false(deliveries_know(deliveries, "a-1.2"));
    assert_false(deliveries_know(deliveries, "a-"));
}

static void a_name_of_the_greatest_length_is_known(void **state)
{
    auto_deliveries struct deliveries *deliveries = NULL;
    char name[NAME_DELIVERY_MAX + 1] = {0};

    memset(name, 'n', NAME_DELIVERY_MAX);
    assert_int_equal(deliveries_add(&deliveries, name), 0);
    assert_true(deliveries_know(deliveries, name));
}

static void the_latest_are_known_and_the_oldest_go(void **state)
{
    auto_deliveries struct deliveries *deliveries = NULL;

    add_numbered(&deliveries, 0, DELIVERIES_MAX + 100);
    for (size_t i = 0; i < DELIVERIES_MAX + 100; i++)
        assert_int_equal(deliveries_know(deliveries, numbered(i)), i >= 100);
}

static void one_that_is_forgotten_may_come_again(void **state)
{
    auto_deliveries struct deliveries *deliveries = NULL;

    add_numbered(&deliveries, 0, 1000);
    deliveries_forget(deliveries, numbered(500));
    for (size_t i = 0; i < 1000; i++)
        assert_int_equal(deliveries_know(deliveries, numbered(i)), i != 500);
    add_numbered(&deliveries, 500, 1);
    assert_true(deliveries_know(deliveries, numbered(500)));
}

static void forgetting_what_is_not_known_changes_nothing(void **state)
{
    auto_deliveries struct deliveries *deliveries = NULL;

    deliveries_forget(NULL, "a-1");
    add_numbered(&deliveries, 0, 10);
    deliveries_forget(deliveries, "a-1");
    for (size_t i = 0; i < 10; i++)
        assert_true(deliveries_know(deliveries, numbered(i)));
}

/* Each round writes over the places of the one before, the forgotten ones among them. */
static void after_many_rounds_with_some_forgotten_the_latest_are_known(void **state)
{
    auto_deliveries struct deliveries *deliveries = NULL;
    size_t last = 5 * DELIVERIES_MAX;

    for (size_t i = 0; i < last; i++) {
        add_numbered(&deliveries, i, 1);
        if (i % 7 == 0)
            deliveries_forget(deliveries, numbered(i));
    }
    for (size_t i = last - DELIVERIES_MAX; i < last; i++)
        assert_int_equal(deliveries_know(deliveries, numbered(i)), i % 7 != 0);
    for (size_t i = 0; i < last - DELIVERIES_MAX; i++)
        assert_false(deliveries_know(deliveries, numbered(i)));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(nothing_is_known_before_the_first),
        cmocka_unit_test(what_was_added_is_known_and_no_other),
        cmocka_unit_test(a_name_of_the_greatest_length_is_known),
        cmocka_unit_test(the_latest_are_known_and_the_oldest_go),
        cmocka_unit_test(one_that_is_forgotten_may_come_again),
        cmocka_unit_test(forgetting_what_is_not_known_changes_nothing),
        cmocka_unit_test(after_many_rounds_with_some_forgotten_the_latest_are_known),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
