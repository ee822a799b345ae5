/*
 * The set of open calls behind the audit log's recovery: exact, ordered and bounded.
 *
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */
#include "open_calls.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#define STEPS 200000
#define CALLS 500

/* The instances are scattered, so that ids meet in the hash table. */
static struct open_call nth_call(uint64_t number)
{
    uint64_t scattered = number * UINT64_C(6364136223846793005);

    return (struct open_call){
        .id = {.instance = scattered ^ scattered >> 29, .number = number},
        .offset = (off_t)number * 10,
        .length = 10,
    };
}

static void an_id_is_read_as_it_was_printed(void **state)
{
    struct call_id id = {.instance = UINT64_C(0xfedcba9876543210), .number = UINT64_MAX}, read;
    char text[CALL_ID_SIZE + 1];

    call_id_print(&id, text);
    assert_string_equal(text, "fedcba9876543210-18446744073709551615");
    strcat(text, "\"");
    assert_true(call_id_parse(text, &read));
    assert_int_equal(read.instance, id.instance);
    assert_int_equal(read.number, id.number);
}

static void what_is_no_id_is_not_read(void **state)
{
    const char *const texts[] = {
        "",
        "\"",
        "0123456789abcdef",
        "0123456789abcdef-\"",
        "0123456789abcdef-0\"",
        "0123456789abcdef-1",
        "0123456789abcdef-1x\"",
        "0123456789ABCDEF-1\"",
        "0123456789abcde-1\"",
        "0123456789abcdef-18446744073709551616\"",
    };
    struct call_id id;

    for (size_t i = 0; i < sizeof(texts) / sizeof(texts[0]); i++)
        assert_false(call_id_parse(texts[i], &id));
}

/* Against the simplest set there is: one flag for each call. */
static void it_holds_what_was_added_and_not_removed(void **state)
{
    struct open_calls set = {0};
    bool expected[CALLS + 1] = {false};
    struct open_call *list;
    size_t count, next = 0;

    srandom(1);
    for (int i = 0; i < STEPS; i++) {
        struct open_call call = nth_call(1 + (uint64_t)random() % CALLS);
        bool add = random() % 2;

        if (add)
            assert_int_equal(open_calls_add(&set, &call), 0);
        else
            open_calls_remove(&set, &call.id);
        expected[call.id.number] = add;
    }
    open_calls_take(&set, &list, &count);
    for (uint64_t number = 1; number <= CALLS; number++)
        if (expected[number])
            assert_int_equal(list[next++].id.number, number);
    assert_int_equal(next, count);
    free(list);
}

static void calls_are_handed_over_in_the_order_of_the_file(void **state)
{
    struct open_calls set = {0};
    struct open_call *list;
    size_t count;

    for (uint64_t number = 100; number > 0; number--) {
        struct open_call call = nth_call(number);

        assert_int_equal(open_calls_add(&set, &call), 0);
    }
    open_calls_take(&set, &list, &count);
    assert_int_equal(count, 100);
    for (size_t i = 1; i < count; i++)
        assert_true(list[i - 1].offset < list[i].offset);
    assert_int_equal(set.count, 0);
    free(list);
}

static void it_takes_no_more_than_its_bound(void **state)
{
    struct open_calls set = {0};
    struct open_call call;

    for (uint64_t number = 1; number <= OPEN_CALLS_MAX; number++) {
        call = nth_call(number);
        assert_int_equal(open_calls_add(&set, &call), 0);
    }
    call = nth_call(OPEN_CALLS_MAX + 1);
    assert_int_equal(open_calls_add(&set, &call), OPEN_CALLS_E_FULL);
    open_calls_remove(&set, &(struct call_id){.instance = nth_call(1).id.instance, .number = 1});
    assert_int_equal(open_calls_add(&set, &call), 0);
    open_calls_clear(&set);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(an_id_is_read_as_it_was_printed),
        cmocka_unit_test(what_is_no_id_is_not_read),
        cmocka_unit_test(it_holds_what_was_added_and_not_removed),
        cmocka_unit_test(calls_are_handed_over_in_the_order_of_the_file),
        cmocka_unit_test(it_takes_no_more_than_its_bound),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
