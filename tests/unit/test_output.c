/*
 * What scripts write: the end of a stream, whatever the pieces it came in, and new XML.
 *
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */
#include "cleanup.h"
#include "fd.h"
#include "output.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdint.h>
#include <string.h>
#include <unistd.h>

#include <cmocka.h>

static void append(struct tail *tail, const char *text)
{
    tail_append(tail, text, strlen(text));
}

/* Clears the tail. */
static void assert_tail(struct tail *tail, uint64_t total, const char *expected)
{
    auto_free char *text = tail_text(tail);

    assert_non_null(text);
    assert_string_equal(text, expected);
    assert_int_equal(tail->total, total);
    tail_clear(tail);
}

static void nothing_has_an_empty_end(void **state)
{
    struct tail tail = {.limit = 10};

    assert_tail(&tail, 0, "");
}

static void less_than_the_limit_is_kept_whole(void **state)
{
    struct tail tail = {.limit = 10};

    append(&tail, "abc");
    append(&tail, "");
    append(&tail, "defg\n");
    assert_tail(&tail, 8, "abcdefg\n");
}

static void of_more_than_the_limit_the_end_is_kept_and_all_counted(void **state)
{
    struct tail tail = {.limit = 4};

    append(&tail, "abc");
    append(&tail, "def");
    append(&tail, "g");
    assert_int_equal(tail_dropped(&tail), 3);
    assert_tail(&tail, 7, "defg");
}

static void of_a_piece_larger_than_the_limit_the_end_is_kept(void **state)
{
    struct tail tail = {.limit = 4};

    append(&tail, "x");
    append(&tail, "0123456789");
    assert_int_equal(tail_dropped(&tail), 7);
    assert_tail(&tail, 11, "6789");
}

static void exactly_the_limit_is_kept_whole(void **state)
{
    struct tail tail = {.limit = 4};

    append(&tail, "abcd");
    assert_tail(&tail, 4, "abcd");
}

static void with_a_limit_of_0_bytes_are_only_counted(void **state)
{
    struct tail tail = {.limit = 0};

    append(&tail, "abc");
    assert_null(tail.ring);
    assert_tail(&tail, 3, "");
}

static void no_more_memory_is_taken_than_the_limit(void **state)
{
    struct tail tail = {.limit = 5000};
    static char piece[3000];

    for (int i = 0; i < 10; i++) {
        tail_append(&tail, piece, sizeof(piece));
        assert_true(tail.allocated <= tail.limit);
    }
    tail_clear(&tail);
}

/* Every limit up to 40, pieces of every size up to 50: the same as cutting the whole text. */
static void however_it_comes_in_pieces_the_end_is_the_same(void **state)
{
    char whole[500];

    for (size_t i = 0; i < sizeof(whole); i++)
        whole[i] = (char)('!' + i % 90);
    for (size_t limit = 1; limit <= 40; limit++) {
        for (size_t piece = 1; piece <= 50; piece++) {
            struct tail tail = {.limit = limit};
            auto_free char *text = NULL;

            for (size_t at = 0; at < sizeof(whole); at += piece)
                tail_append(&tail, whole + at,
                            piece < sizeof(whole) - at ? piece : sizeof(whole) - at);
            text = tail_text(&tail);
            assert_int_equal(strlen(text), limit);
            assert_memory_equal(text, whole + sizeof(whole) - limit, limit);
            assert_int_equal(tail.total, sizeof(whole));
            tail_clear(&tail);
        }
    }
}

/* The same across the sizes at which the ring grows. */
static void the_end_is_right_while_the_ring_grows(void **state)
{
    static char whole[20000];

    for (size_t i = 0; i < sizeof(whole); i++)
        whole[i] = (char)('!' + i % 89);
    for (size_t piece = 511; piece <= 4099; piece += 512) {
        struct tail tail = {.limit = 9000};

        for (size_t at = 0; at + piece <= sizeof(whole); at += piece) {
            auto_free char *text = NULL;
            size_t end = at + piece, kept = end < tail.limit ? end : tail.limit;

            tail_append(&tail, whole + at, piece);
            text = tail_text(&tail);
            assert_int_equal(strlen(text), kept);
            assert_memory_equal(text, whole + end - kept, kept);
        }
        tail_clear(&tail);
    }
}

static void a_cut_end_begins_with_a_whole_character(void **state)
{
    /* By limit: "€" has three bytes, "ü" two. */
    static const char *const expected[] = {"", "", "ü", "ü", "üü", "üü", "üü", "€üü", "5€üü"};

    for (size_t limit = 0; limit < sizeof(expected) / sizeof(expected[0]); limit++) {
        struct tail tail = {.limit = limit};

        append(&tail, "12345€üü");
        assert_tail(&tail, 12, expected[limit]);
    }
}

static void an_end_that_was_not_cut_keeps_its_first_byte(void **state)
{
    struct tail tail = {.limit = 10};

    append(&tail, "\x80x");
    assert_tail(&tail, 2, "\\x80x");
}

static void what_could_steer_a_terminal_is_escaped(void **state)
{
    struct tail tail = {.limit = 100};

    tail_append(&tail, "a\0b\x1b[0m\r\n\tc\xff", 12);
    assert_tail(&tail, 12, "a\\x00b\\x1b[0m\\x0d\n\tc\\xff");
}

static void reply_of(struct reply *reply, size_t limit, const char *text)
{
    assert_int_equal(reply_init(reply, limit), 0);
    reply_append(reply, text, strlen(text));
}

static void new_xml_comes_out_sealed_as_it_went_in(void **state)
{
    auto_close int fd = -EBADF;
    struct reply reply;
    char found[16];
    size_t size = 0;

    reply_of(&reply, 8, "<x/>");
    reply_append(&reply, "\n<y>", 4);
    assert_false(reply_is_over(&reply));
    assert_false(reply.blank);
    assert_int_equal(reply_take(&reply, &fd), 0);
    assert_true(fd_is_final(fd, &size));
    assert_int_equal(size, 8);
    assert_int_equal(pread(fd, found, sizeof(found), 0), 8);
    assert_memory_equal(found, "<x/>\n<y>", 8);
    reply_clear(&reply);
}

static void white_space_alone_is_blank(void **state)
{
    struct reply reply;

    reply_of(&reply, 100, " \t\n\r\v\f");
    reply_append(&reply, "\n", 1);
    assert_true(reply.blank);
    reply_append(&reply, "x", 1);
    assert_false(reply.blank);
    reply_append(&reply, " ", 1);
    assert_false(reply.blank);
    reply_clear(&reply);
}

static void a_nul_is_no_white_space(void **state)
{
    struct reply reply;

    assert_int_equal(reply_init(&reply, 100), 0);
    reply_append(&reply, "\0", 1);
    assert_false(reply.blank);
    reply_clear(&reply);
}

static void over_the_limit_bytes_are_counted_and_not_kept(void **state)
{
    struct reply reply;

    reply_of(&reply, 4, "abc");
    assert_int_equal(reply_dropped(&reply), 0);
    reply_append(&reply, "de", 2);
    reply_append(&reply, "f", 1);
    assert_true(reply_is_over(&reply));
    assert_int_equal(reply.total, 6);
    assert_int_equal(reply_dropped(&reply), 2);
    assert_true(lseek(reply.memfd, 0, SEEK_END) <= 4);
    reply_clear(&reply);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(nothing_has_an_empty_end),
        cmocka_unit_test(less_than_the_limit_is_kept_whole),
        cmocka_unit_test(of_more_than_the_limit_the_end_is_kept_and_all_counted),
        cmocka_unit_test(of_a_piece_larger_than_the_limit_the_end_is_kept),
        cmocka_unit_test(exactly_the_limit_is_kept_whole),
        cmocka_unit_test(with_a_limit_of_0_bytes_are_only_counted),
        cmocka_unit_test(no_more_memory_is_taken_than_the_limit),
        cmocka_unit_test(however_it_comes_in_pieces_the_end_is_the_same),
        cmocka_unit_test(the_end_is_right_while_the_ring_grows),
        cmocka_unit_test(a_cut_end_begins_with_a_whole_character),
        cmocka_unit_test(an_end_that_was_not_cut_keeps_its_first_byte),
        cmocka_unit_test(what_could_steer_a_terminal_is_escaped),
        cmocka_unit_test(new_xml_comes_out_sealed_as_it_went_in),
        cmocka_unit_test(white_space_alone_is_blank),
        cmocka_unit_test(a_nul_is_no_white_space),
        cmocka_unit_test(over_the_limit_bytes_are_counted_and_not_kept),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
