/*
 * What a record says elsewhere, whatever stands in it: one harmless line, how urgent it is, and the
 * head of its chain.
 *
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "copy.h"

#include <errno.h>
#include <string.h>
#include <syslog.h>

#define CALL \
    "\"driver\":\"qemu\",\"object\":\"d1\",\"operation\":\"start\",\"sub_operation\":\"begin\""

static void check(const char *line, int priority, const char *sentence)
{
    struct copy copy;

    assert_int_equal(copy_read(line, strlen(line), &copy), 0);
    assert_string_equal(copy.sentence, sentence);
    assert_int_equal(copy.priority, priority);
    copy_clear(&copy);
}

static void an_end_tells_its_verdict_and_the_call(void **state)
{
    check("{\"type\":\"end\"," CALL
          ",\"verdict\":\"deny\",\"reason\":\"signal\",\"message\":\"m\"}",
          LOG_WARNING, "deny: qemu d1 start begin: m");
    check("{\"type\":\"end\"," CALL ",\"verdict\":\"allow\",\"reason\":\"ok\",\"message\":\"m\"}",
          LOG_INFO, "allow: qemu d1 start begin: m");
    check("{\"type\":\"end\"," CALL
          ",\"verdict\":\"allow\",\"reason\":\"no-script\",\"message\":\"m\"}",
          LOG_INFO, "allow: qemu d1 start begin: m");
    check("{\"type\":\"end\"," CALL
          ",\"verdict\":\"allow\",\"reason\":\"timed-out\",\"message\":\"m\"}",
          LOG_NOTICE, "allow: qemu d1 start begin: m");
    check("{\"type\":\"end\"," CALL
          ",\"verdict\":null,\"reason\":\"helper-lost\",\"message\":\"m\"}",
          LOG_WARNING, "no verdict: qemu d1 start begin: m");
}

static void what_lingered_tells_how_it_ended(void **state)
{
    check("{\"type\":\"linger\"," CALL ",\"path\":\"/h/qemu\",\"ended\":\"by-itself\"}", LOG_INFO,
          "qemu d1 start begin: what /h/qemu left running has ended: by-itself");
    check("{\"type\":\"linger\"," CALL ",\"path\":\"/h/qemu\",\"ended\":\"timed-out\"}", LOG_NOTICE,
          "qemu d1 start begin: what /h/qemu left running has ended: timed-out");
}

static void records_of_the_log_itself_tell_what_it_is_at(void **state)
{
    check("{\"type\":\"lost\",\"count\":7,\"since\":\"2024\"}", LOG_ERR,
          "7 audit records were lost since 2024: they could not be written");
    check("{\"type\":\"open\",\"pid\":12}", LOG_INFO, "audit log opened by process 12");
    check("{\"type\":\"close\",\"pid\":12}", LOG_INFO,
          "audit log closed by process 12: every call has its end");
}

static void what_is_missing_or_null_is_shown_as_such(void **state)
{
    check("{\"type\":\"end\",\"driver\":null,\"verdict\":null}", LOG_WARNING,
          "no verdict: - - - -: -");
}

/* The end of a call that a killed helper left repeats its begin, whatever that file had. */
static void nothing_in_a_record_breaks_the_sentence_s_line(void **state)
{
    check("{\"type\":\"end\",\"driver\":\"a\\nb\",\"object\":\"\\u001b[2J\",\"operation\":[\"x\"],"
          "\"sub_operation\":{\"y\":1},\"verdict\":\"deny\",\"message\":\"\\u202e%s%n\"}",
          LOG_WARNING, "deny: a\\x0ab \\x1b[2J [ \"x\" ] { \"y\": 1 }: \\xe2\\x80\\xae%s%n");
}

static void the_head_is_the_record_s_place_in_its_chain(void **state)
{
    static const char line[] =
        "{\"type\":\"open\",\"pid\":1,\"chain\":\"c\",\"seq\":9,\"prev\":\"p\","
        "\"hash\":\"h\"}";
    struct copy copy;

    assert_int_equal(copy_read(line, strlen(line), &copy), 0);
    assert_string_equal(copy.head, "c:9:h");
    assert_int_equal(copy.size, strlen(line));
    copy_clear(&copy);
}

static void what_is_no_object_is_no_copy(void **state)
{
    static const char *const lines[] = {"", "x", "[]", "null", "\"end\"", "{\"type\":\"end\""};
    struct copy copy;

    for (size_t i = 0; i < sizeof(lines) / sizeof(lines[0]); i++)
        assert_int_equal(copy_read(lines[i], strlen(lines[i]), &copy), -EINVAL);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(an_end_tells_its_verdict_and_the_call),
        cmocka_unit_test(what_lingered_tells_how_it_ended),
        cmocka_unit_test(records_of_the_log_itself_tell_what_it_is_at),
        cmocka_unit_test(what_is_missing_or_null_is_shown_as_such),
        cmocka_unit_test(nothing_in_a_record_breaks_the_sentence_s_line),
        cmocka_unit_test(the_head_is_the_record_s_place_in_its_chain),
        cmocka_unit_test(what_is_no_object_is_no_copy),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
