/*
 * Numbers are decimal digits, and seconds have three decimals at the most.
 *
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */
#include "number.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <string.h>

#include <cmocka.h>

#define BEFORE 42

static void assert_number(const char *text, uint64_t expected)
{
    uint64_t number = BEFORE;

    assert_true(number_parse(text, &number));
    assert_int_equal(number, expected);
}

static void assert_ms(const char *text, uint64_t expected)
{
    uint64_t ms = BEFORE;

    assert_true(number_parse_seconds(text, &ms));
    assert_int_equal(ms, expected);
}

static void a_whole_number_is_decimal_digits(void **state)
{
    assert_number("0", 0);
    assert_number("007", 7);
    assert_number("18446744073709551615", UINT64_MAX);
}

static void what_else_could_be_a_number_is_none(void **state)
{
    static const char *const texts[] = {"",    " 1", "1 ",  "+1",  "-1", "0x10", "1e3",
                                        "1.0", "1K", "nan", "inf", "١",  "1,5",  "1\n"};
    uint64_t number = BEFORE;

    for (size_t i = 0; i < sizeof(texts) / sizeof(texts[0]); i++)
        assert_false(number_parse(texts[i], &number));
    assert_int_equal(number, BEFORE);
}

static void one_more_than_the_largest_is_none(void **state)
{
    uint64_t number = BEFORE;

    assert_false(number_parse("18446744073709551616", &number));
    assert_false(number_parse("99999999999999999999999999999999999999", &number));
    assert_int_equal(number, BEFORE);
}

static void seconds_have_up_to_three_decimals(void **state)
{
    assert_ms("0", 0);
    assert_ms("120", 120000);
    assert_ms("2.5", 2500);
    assert_ms("2.05", 2050);
    assert_ms("0.001", 1);
}

static void what_else_could_be_seconds_is_none(void **state)
{
    static const char *const texts[] = {"",
                                        ".5",
                                        "1.",
                                        "1.0005",
                                        "1.5s",
                                        "-1",
                                        "1e3",
                                        "0x1",
                                        "nan",
                                        "1.-5",
                                        "1..5",
                                        "18446744073709551.616",
                                        "18446744073709552"};
    uint64_t ms = BEFORE;

    for (size_t i = 0; i < sizeof(texts) / sizeof(texts[0]); i++)
        assert_false(number_parse_seconds(texts[i], &ms));
    assert_int_equal(ms, BEFORE);
}

static void digits_are_taken_as_far_as_they_go(void **state)
{
    const char *text = "64K", *none = "K";
    uint64_t number = BEFORE;

    assert_true(number_take(&text, &number));
    assert_int_equal(number, 64);
    assert_string_equal(text, "K");
    assert_false(number_take(&none, &number));
    assert_string_equal(none, "K");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_whole_number_is_decimal_digits),
        cmocka_unit_test(what_else_could_be_a_number_is_none),
        cmocka_unit_test(one_more_than_the_largest_is_none),
        cmocka_unit_test(seconds_have_up_to_three_decimals),
        cmocka_unit_test(what_else_could_be_seconds_is_none),
        cmocka_unit_test(digits_are_taken_as_far_as_they_go),
    };

    return cmocka_run_group_tests_name("number", tests, NULL, NULL);
}
