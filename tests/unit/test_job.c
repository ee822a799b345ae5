/*
 * The packet between helper and runner: what is put in comes out, and nothing else is taken.
 *
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */
#include "cleanup.h"
#include "job.h"

#include <errno.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

static char buffer[JOB_SIZE_MAX];
static struct job_strings found;

static const char *const arguments[] = {"/h/qemu", "d1", "start", "begin", "", "-", NULL};
static const char *const environment[] = {"LC_ALL=C", "VIRTHOOK_EXTRA=a\nb", NULL};
static const char *const none[] = {NULL};

static const struct job usual = {
    .path = "/h/qemu", .tmp_follows = true, .argv = arguments, .envp = environment};

static size_t encode(const struct job *job)
{
    size_t size = 0;

    assert_int_equal(job_encode(job, buffer, &size), 0);
    assert_true(size <= sizeof(buffer));
    return size;
}

static void assert_same(const char *const *expected, char *const *list)
{
    for (; *expected; expected++, list++)
        assert_string_equal(*list, *expected);
    assert_null(*list);
}

static void a_job_comes_out_as_it_went_in(void **state)
{
    size_t size = encode(&usual);

    assert_int_equal(job_decode(buffer, size, &found), 0);
    assert_string_equal(found.path, usual.path);
    assert_true(found.tmp_follows);
    assert_same(arguments, found.argv);
    assert_same(environment, found.envp);
}

static void a_job_may_have_no_argument_and_no_environment(void **state)
{
    const struct job job = {.path = "", .argv = none, .envp = none};

    assert_int_equal(job_decode(buffer, encode(&job), &found), 0);
    assert_string_equal(found.path, "");
    assert_false(found.tmp_follows);
    assert_null(found.argv[0]);
    assert_null(found.envp[0]);
}

/* The longest that a call can have: see names.h and PATH_MAX. */
static void a_job_of_the_longest_names_fits(void **state)
{
    static char path[4096], object[1025], extra[4097], entry[4200];
    const char *const longest[] = {path, object, "x", "x", extra, NULL};
    const char *const variables[] = {entry, entry, entry, entry, NULL};
    const struct job job = {.path = path, .argv = longest, .envp = variables};

    memset(path, 'p', sizeof(path) - 1);
    memset(object, 'o', sizeof(object) - 1);
    memset(extra, 'e', sizeof(extra) - 1);
    memset(entry, 'v', sizeof(entry) - 1);
    encode(&job);
}

static void a_job_that_is_too_large_is_refused(void **state)
{
    static char large[JOB_SIZE_MAX];
    const char *const list[] = {large, NULL};
    const struct job jobs[] = {
        {.path = large, .argv = none, .envp = none},
        {.path = "", .argv = list, .envp = none},
        {.path = "", .argv = none, .envp = list},
    };
    size_t size = 7;

    memset(large, 'x', sizeof(large) - 1);
    for (size_t i = 0; i < 3; i++)
        assert_int_equal(job_encode(&jobs[i], buffer, &size), -E2BIG);
    assert_int_equal(size, 7);
}

static void as_many_strings_as_allowed_fit_and_one_more_does_not(void **state)
{
    const char *list[JOB_STRINGS_MAX + 2] = {NULL};
    const struct job job = {.path = "p", .argv = list, .envp = list};
    size_t size;

    for (size_t i = 0; i < JOB_STRINGS_MAX; i++)
        list[i] = "s";
    assert_int_equal(job_decode(buffer, encode(&job), &found), 0);
    assert_same(list, found.argv);
    list[JOB_STRINGS_MAX] = "s";
    assert_int_equal(job_encode(&job, buffer, &size), -E2BIG);
}

/* In a block of its own size, so that a read behind it is seen by the sanitizers. */
static int decode_copy(const char *data, size_t size)
{
    auto_free char *copy = malloc(size + 1);

    memcpy(copy, data, size);
    copy = realloc(copy, size ? size : 1);
    return job_decode(copy, size, &found);
}

static void a_job_cut_anywhere_is_refused(void **state)
{
    size_t size = encode(&usual);

    assert_int_equal(decode_copy(buffer, size), 0);
    for (size_t cut = 0; cut < size; cut++)
        assert_int_equal(decode_copy(buffer, cut), -EPROTO);
}

static void a_job_with_more_behind_it_is_refused(void **state)
{
    size_t size = encode(&usual);

    buffer[size] = '\0';
    assert_int_equal(decode_copy(buffer, size + 1), -EPROTO);
}

static void assert_header_refused(uint32_t argument_count, uint32_t environment_count,
                                  uint32_t more_bytes)
{
    size_t size = encode(&usual);
    struct job_header header;

    memcpy(&header, buffer, sizeof(header));
    header.argument_count = argument_count;
    header.environment_count = environment_count;
    header.strings_size += more_bytes;
    memcpy(buffer, &header, sizeof(header));
    assert_int_equal(decode_copy(buffer, size), -EPROTO);
}

static void a_header_that_does_not_fit_its_strings_is_refused(void **state)
{
    assert_header_refused(6, 2, 1);
    assert_header_refused(6, 2, UINT32_MAX);
    assert_header_refused(7, 2, 0);
    assert_header_refused(6, 3, 0);
    assert_header_refused(5, 2, 0);
    assert_header_refused(JOB_STRINGS_MAX + 1, 0, 0);
    assert_header_refused(0, JOB_STRINGS_MAX + 1, 0);
    assert_header_refused(UINT32_MAX, UINT32_MAX, 0);
}

static void strings_without_their_last_nul_are_refused(void **state)
{
    size_t size = encode(&usual);

    buffer[size - 1] = 'x';
    assert_int_equal(decode_copy(buffer, size), -EPROTO);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_job_comes_out_as_it_went_in),
        cmocka_unit_test(a_job_may_have_no_argument_and_no_environment),
        cmocka_unit_test(a_job_of_the_longest_names_fits),
        cmocka_unit_test(a_job_that_is_too_large_is_refused),
        cmocka_unit_test(as_many_strings_as_allowed_fit_and_one_more_does_not),
        cmocka_unit_test(a_job_cut_anywhere_is_refused),
        cmocka_unit_test(a_job_with_more_behind_it_is_refused),
        cmocka_unit_test(a_header_that_does_not_fit_its_strings_is_refused),
        cmocka_unit_test(strings_without_their_last_nul_are_refused),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
