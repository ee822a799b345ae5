/*
 * Structures of the public header, from callers of other releases.
 *
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */
#include "sized.h"

#include <errno.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

/* What this library knows, and what a newer header has. */
struct known {
    size_t size;
    int first;
    int second;
};

struct newer {
    size_t size;
    int first;
    int second;
    int third, fourth;
};

#define LEAST offsetof(struct known, second)

static void a_structure_of_this_release_is_copied(void **state)
{
    struct known from = {.size = sizeof(from), .first = 1, .second = 2}, copy;

    assert_int_equal(sized_copy(&from, LEAST, &copy, sizeof(copy)), 0);
    assert_memory_equal(&copy, &from, sizeof(copy));
}

static void what_an_older_caller_does_not_have_is_zero(void **state)
{
    struct known from = {.size = LEAST, .first = 1, .second = 99}, copy;

    assert_int_equal(sized_copy(&from, LEAST, &copy, sizeof(copy)), 0);
    assert_int_equal(copy.first, 1);
    assert_int_equal(copy.second, 0);
}

static void a_newer_caller_that_uses_nothing_new_is_served(void **state)
{
    struct newer from = {.size = sizeof(from), .first = 1, .second = 2};
    struct known copy;

    assert_int_equal(sized_copy(&from, LEAST, &copy, sizeof(copy)), 0);
    assert_int_equal(copy.second, 2);
}

static void a_newer_caller_that_uses_what_is_unknown_here_is_refused(void **state)
{
    struct newer from = {.size = sizeof(from), .fourth = 1};
    struct known copy = {.first = 42};

    assert_int_equal(sized_copy(&from, LEAST, &copy, sizeof(copy)), -EINVAL);
    assert_int_equal(copy.first, 42);
}

static void a_size_that_holds_too_little_is_refused(void **state)
{
    struct known from = {0}, copy;

    for (from.size = 0; from.size < LEAST; from.size++)
        assert_int_equal(sized_copy(&from, LEAST, &copy, sizeof(copy)), -EINVAL);
}

static void no_structure_at_all_is_refused(void **state)
{
    struct known copy;

    assert_int_equal(sized_copy(NULL, LEAST, &copy, sizeof(copy)), -EINVAL);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_structure_of_this_release_is_copied),
        cmocka_unit_test(what_an_older_caller_does_not_have_is_zero),
        cmocka_unit_test(a_newer_caller_that_uses_nothing_new_is_served),
        cmocka_unit_test(a_newer_caller_that_uses_what_is_unknown_here_is_refused),
        cmocka_unit_test(a_size_that_holds_too_little_is_refused),
        cmocka_unit_test(no_structure_at_all_is_refused),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
