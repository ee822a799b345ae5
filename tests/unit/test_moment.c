/*
 * Points in time are named in journalctl's manner, and nothing else is taken for one.
 *
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */
#include "moment.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

/* 2026-11-23 09:41:18 in UTC, and 10:41:18 where the tests are. */
#define NOW 1795426878

static int go_to_berlin(void **state)
{
    return setenv("TZ", "CET-1CEST,M3.5.0,M10.5.0/3", 1);
}

static void assert_moment(const char *text, const char *expected)
{
    char moment[MOMENT_SIZE] = "";

    if (!moment_parse(text, NOW, moment))
        fail_msg("%s is none", text);
    assert_string_equal(moment, expected);
}

static void a_date_and_a_time_are_local(void **state)
{
    assert_moment("2026-11-23 09:41:18", "2026-11-23T08:41:18.000000Z");
    assert_moment("2026-11-23 09:41:18.5", "2026-11-23T08:41:18.500000Z");
    assert_moment("2026-11-23 09:41:18.123456", "2026-11-23T08:41:18.123456Z");
    assert_moment("2026-11-23 09:41", "2026-11-23T08:41:00.000000Z");
    assert_moment("2026-11-23T09:41:18", "2026-11-23T08:41:18.000000Z");
    assert_moment("2026-07-01 00:00", "2026-06-30T22:00:00.000000Z");
}

static void what_a_record_has_is_taken_as_it_is(void **state)
{
    assert_moment("2026-11-23T09:41:18.123456Z", "2026-11-23T09:41:18.123456Z");
}

static void a_date_is_its_midnight_and_a_time_is_of_today(void **state)
{
    assert_moment("2026-11-23", "2026-11-22T23:00:00.000000Z");
    assert_moment("07:05:09", "2026-11-23T06:05:09.000000Z");
    assert_moment("23:59", "2026-11-23T22:59:00.000000Z");
}

static void words_stand_for_midnight_and_for_now(void **state)
{
    assert_moment("now", "2026-11-23T09:41:18.000000Z");
    assert_moment("today", "2026-11-22T23:00:00.000000Z");
    assert_moment("yesterday", "2026-11-21T23:00:00.000000Z");
}

static void a_span_is_counted_back(void **state)
{
    assert_moment("-1h", "2026-11-23T08:41:18.000000Z");
    assert_moment("-90s", "2026-11-23T09:39:48.000000Z");
    assert_moment("2 hours ago", "2026-11-23T07:41:18.000000Z");
    assert_moment("1h 30min ago", "2026-11-23T08:11:18.000000Z");
    assert_moment("-1h30m", "2026-11-23T08:11:18.000000Z");
    assert_moment("1 day ago", "2026-11-22T09:41:18.000000Z");
    assert_moment("-2weeks", "2026-11-09T09:41:18.000000Z");
}

static void the_epoch_is_counted_from(void **state)
{
    assert_moment("@0", "1970-01-01T00:00:00.000000Z");
    assert_moment("@1795426878", "2026-11-23T09:41:18.000000Z");
    assert_moment("@1795426878.25", "2026-11-23T09:41:18.250000Z");
}

static void what_else_could_be_a_time_is_none(void **state)
{
    static const char *const texts[] = {
        "",
        " ",
        "tomorrow?",
        "2026",
        "2026-11",
        "2026-13-01",
        "2026-02-30",
        "2026-11-23 25:00",
        "2026-11-23 09:41 ",
        "2026-11-23 09:41:18x",
        "2026-11-23 09:41:18.",
        "2026-11-23 09:41:18.1234567",
        "2026-11-23 09:41.5",
        "09:41Z",
        "-",
        "-1",
        "-h",
        "-1x",
        "1h",
        "ago",
        " ago",
        "1 ago",
        "-1.5h",
        "--1h",
        "@",
        "@-1",
        "@x",
        "@99999999999999999999",
        "@253402300800",
        "-99999999999999999999s",
        "-99999999999999999w",
        "-4000w 1d",
        "1969-12-31 00:00",
    };
    char moment[MOMENT_SIZE] = "before";

    for (size_t i = 0; i < sizeof(texts) / sizeof(texts[0]); i++) {
        if (moment_parse(texts[i], NOW, moment))
            fail_msg("'%s' is %s", texts[i], moment);
    }
    assert_string_equal(moment, "before");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_date_and_a_time_are_local),
        cmocka_unit_test(what_a_record_has_is_taken_as_it_is),
        cmocka_unit_test(a_date_is_its_midnight_and_a_time_is_of_today),
        cmocka_unit_test(words_stand_for_midnight_and_for_now),
        cmocka_unit_test(a_span_is_counted_back),
        cmocka_unit_test(the_epoch_is_counted_from),
        cmocka_unit_test(what_else_could_be_a_time_is_none),
    };

    return cmocka_run_group_tests(tests, go_to_berlin, NULL);
}
