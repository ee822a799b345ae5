/*
 * Text from outside: what counts as UTF-8, and that nothing shown can steer a terminal.
 *
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */
#include "text.h"

#include "cleanup.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

static void assert_escaped(const char *text, bool keep_lines, const char *wanted)
{
    char *escaped = text_escape(text, strlen(text), keep_lines);

    assert_non_null(escaped);
    assert_string_equal(escaped, wanted);
    free(escaped);
}

static void assert_last_line(const char *text, size_t most, const char *wanted)
{
    char *line = text_last_line(text, strlen(text), most);

    assert_non_null(line);
    assert_string_equal(line, wanted);
    free(line);
}

static void every_character_is_utf_8_in_its_shortest_form(void **state)
{
    assert_int_equal(text_utf8_length("a", 1), 1);
    assert_int_equal(text_utf8_length("\0", 1), 1);
    assert_int_equal(text_utf8_length("\xc2\x80", 2), 2);
    assert_int_equal(text_utf8_length("\xdf\xbf", 2), 2);
    assert_int_equal(text_utf8_length("\xe0\xa0\x80", 3), 3);
    assert_int_equal(text_utf8_length("\xed\x9f\xbf", 3), 3);
    assert_int_equal(text_utf8_length("\xee\x80\x80", 3), 3);
    assert_int_equal(text_utf8_length("\xf0\x90\x80\x80", 4), 4);
    assert_int_equal(text_utf8_length("\xf4\x8f\xbf\xbf", 4), 4);
}

static void overlong_forms_surrogates_and_what_is_beyond_are_not_utf_8(void **state)
{
    static const char *const bad[] = {
        "\x80",
        "\xbf",
        "\xc0\x80",
        "\xc1\xbf",
        "\xe0\x80\x80",
        "\xe0\x9f\xbf",
        "\xed\xa0\x80",
        "\xed\xbf\xbf",
        "\xf0\x80\x80\x80",
        "\xf0\x8f\xbf\xbf",
        "\xf4\x90\x80\x80",
        "\xf5\x80\x80\x80",
        "\xf8\x88\x80\x80\x80",
        "\xfe",
        "\xff",
        "\xc3(",
        "\xe2\x82(",
        "\xf0\x9f\x96(",
    };

    for (size_t i = 0; i < sizeof(bad) / sizeof(bad[0]); i++) {
        assert_int_equal(text_utf8_length(bad[i], strlen(bad[i])), 0);
        assert_false(text_is_utf8(bad[i], strlen(bad[i])));
    }
}

static void a_character_cut_short_is_not_utf_8(void **state)
{
    assert_int_equal(text_utf8_length("", 0), 0);
    assert_int_equal(text_utf8_length("\xf0\x9f\x96\xa5", 1), 0);
    assert_int_equal(text_utf8_length("\xf0\x9f\x96\xa5", 3), 0);
    assert_false(text_is_utf8("ab\xc3", 3));
    assert_true(text_is_utf8("ab\xc3\xa4", 4));
    assert_true(text_is_utf8("", 0));
}

static void printable_text_stays_as_it_is(void **state)
{
    assert_escaped("b\xc3\xbcro 1 \xf0\x9f\x96\xa5 ~", false, "b\xc3\xbcro 1 \xf0\x9f\x96\xa5 ~");
    assert_escaped("", false, "");
}

static void controls_that_steer_a_terminal_are_shown_as_bytes(void **state)
{
    assert_escaped("\x1b[2J\r\a\b\x7f", true, "\\x1b[2J\\x0d\\x07\\x08\\x7f");
    assert_escaped("\xc2\x9b"
                   "31m",
                   true, "\\xc2\\x9b31m");
}

static void marks_that_turn_or_break_the_line_are_shown_as_bytes(void **state)
{
    assert_escaped("a\xe2\x80\xae"
                   "b",
                   true, "a\\xe2\\x80\\xaeb");
    assert_escaped("a\xe2\x80\xa8"
                   "b",
                   true, "a\\xe2\\x80\\xa8b");
    assert_escaped("a\xe2\x81\xa6"
                   "b",
                   true, "a\\xe2\\x81\\xa6b");
    assert_escaped("a\xe2\x80\x8f"
                   "b",
                   true, "a\\xe2\\x80\\x8fb");
}

static void lines_are_kept_only_where_asked_for(void **state)
{
    assert_escaped("a\tb\n", true, "a\tb\n");
    assert_escaped("a\tb\n", false, "a\\x09b\\x0a");
}

static void bytes_that_are_not_utf_8_are_shown_and_the_rest_stays(void **state)
{
    assert_escaped("caf\xe9!", false, "caf\\xe9!");
    assert_escaped("\xc3\xa4\xff\xc3\xa4\xc3", false, "\xc3\xa4\\xff\xc3\xa4\\xc3");
}

static void a_nul_is_shown_and_does_not_end_the_text(void **state)
{
    char *escaped = text_escape("a\0b", 3, true);

    assert_non_null(escaped);
    assert_string_equal(escaped, "a\\x00b");
    free(escaped);
}

static void json_keeps_its_meaning_and_steers_nothing(void **state)
{
    static const char json[] = "\t{ \"a\xe2\x80\xae\x7f\xc2\x9b\" :\r\n \"\\u001b\xc3\xa4\" }";
    char *escaped = text_escape_json(json, sizeof(json) - 1);

    assert_non_null(escaped);
    assert_string_equal(escaped, " { \"a\\u202e\\u007f\\u009b\" :   \"\\u001b\xc3\xa4\" }");
    free(escaped);
}

static void whatever_comes_in_what_comes_out_is_one_line_of_plain_utf_8(void **state)
{
    uint32_t seed = 1;

    for (int i = 0; i < 20000; i++) {
        char text[16];
        char *escaped;

        for (size_t k = 0; k < sizeof(text); k++) {
            seed = seed * 1664525 + 1013904223;
            text[k] = (char)(seed >> 24);
        }
        escaped = text_escape(text, sizeof(text), false);
        assert_non_null(escaped);
        assert_true(text_is_utf8(escaped, strlen(escaped)));
        for (const char *c = escaped; *c; c++)
            assert_true((unsigned char)*c >= 0x20 && *c != 0x7f);
        free(escaped);
    }
}

static void the_last_line_is_the_last_that_is_not_blank(void **state)
{
    assert_last_line("first\nsecond\n", 100, "second");
    assert_last_line("first\nsecond\n \t\r\n\n", 100, "second");
    assert_last_line("only", 100, "only");
    assert_last_line("\n\n", 100, "");
    assert_last_line("", 100, "");
    assert_last_line("a\nb\x1b[0m\n", 100, "b\\x1b[0m");
}

static void the_last_line_is_cut_at_a_characters_border(void **state)
{
    assert_last_line("abcdef", 3, "abc");
    assert_last_line("ab\xc3\xa4", 3, "ab");
    assert_last_line("ab\xc3\xa4", 4, "ab\xc3\xa4");
    assert_last_line("\xc3\xa4", 1, "");
}

static void assert_listed(const char *lines, size_t most, const char *expected)
{
    char *list = text_list_lines(lines, most);

    assert_non_null(list);
    assert_string_equal(list, expected);
    free(list);
}

static void lines_become_a_list_with_commas(void **state)
{
    assert_listed("", 100, "");
    assert_listed("mount", 100, "mount");
    assert_listed("mount\nbpf ×2\nswapon", 100, "mount, bpf ×2, swapon");
    assert_listed("mount\nbpf\n", 100, "mount, bpf");
}

static void a_list_over_its_limit_ends_with_a_whole_line(void **state)
{
    assert_listed("mount\nbpf\nswapon", 18, "mount, bpf, swapon");
    assert_listed("mount\nbpf\nswapon", 17, "mount, bpf, and more");
    assert_listed("mount\nbpf\nswapon", 10, "mount, bpf, and more");
    assert_listed("mount\nbpf\nswapon", 9, "mount, and more");
    assert_listed("mount\nbpf", 1, "mount, and more");
    assert_listed("mount", 1, "mount");
}

static char *compose(const char *format, ...) __attribute__((format(printf, 1, 2)));

static char *compose(const char *format, ...)
{
    va_list arguments;
    char *text;

    va_start(arguments, format);
    text = text_compose(format, arguments);
    va_end(arguments);
    return text;
}

static void a_text_is_composed_whole_however_long_it_is(void **state)
{
    auto_free char *empty = compose("%s", "");
    auto_free char *short_one = compose("%s has %d lines", "it", 3);
    auto_free char *long_one = compose("%*d", 100000, 7);

    assert_string_equal(empty, "");
    assert_string_equal(short_one, "it has 3 lines");
    assert_int_equal(strlen(long_one), 100000);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(json_keeps_its_meaning_and_steers_nothing),
        cmocka_unit_test(every_character_is_utf_8_in_its_shortest_form),
        cmocka_unit_test(overlong_forms_surrogates_and_what_is_beyond_are_not_utf_8),
        cmocka_unit_test(a_character_cut_short_is_not_utf_8),
        cmocka_unit_test(printable_text_stays_as_it_is),
        cmocka_unit_test(controls_that_steer_a_terminal_are_shown_as_bytes),
        cmocka_unit_test(marks_that_turn_or_break_the_line_are_shown_as_bytes),
        cmocka_unit_test(lines_are_kept_only_where_asked_for),
        cmocka_unit_test(bytes_that_are_not_utf_8_are_shown_and_the_rest_stays),
        cmocka_unit_test(a_nul_is_shown_and_does_not_end_the_text),
        cmocka_unit_test(whatever_comes_in_what_comes_out_is_one_line_of_plain_utf_8),
        cmocka_unit_test(the_last_line_is_the_last_that_is_not_blank),
        cmocka_unit_test(the_last_line_is_cut_at_a_characters_border),
        cmocka_unit_test(lines_become_a_list_with_commas),
        cmocka_unit_test(a_list_over_its_limit_ends_with_a_whole_line),
        cmocka_unit_test(a_text_is_composed_whole_however_long_it_is),
    };

    return cmocka_run_group_tests_name("text", tests, NULL, NULL);
}
