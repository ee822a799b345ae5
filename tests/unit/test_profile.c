/*
 * Lists of profiles: what is built in, what replaces what, what a copy owns.
 *
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */
#include "cleanup.h"
#include "profile.h"
#include "profile_user.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdint.h>
#include <string.h>
#include <sys/socket.h>

#include <cmocka.h>

static struct profile_list list;

static int clear(void **state)
{
    profiles_clear(&list);
    assert_int_equal(list.count, 0);
    return 0;
}

static void add(const char *name, uint64_t cpu_seconds)
{
    struct profile profile = {.name = strdup(name), .cpu_seconds = cpu_seconds};

    assert_int_equal(profiles_add(&list, &profile), 0);
    assert_null(profile.name);
}

static void unconfined_and_isolated_are_built_in(void **state)
{
    assert_int_equal(profiles_add_built_in(&list), 0);
    assert_int_equal(list.count, 2);
    assert_true(profile_find(&list, "unconfined")->unconfined);
    assert_false(profile_find(&list, "isolated")->unconfined);
    assert_null(profile_find(&list, "isolated")->file);
    assert_non_null(profile_find(&list, PROFILE_DEFAULT));
}

static void unconfined_has_no_limit(void **state)
{
    const struct profile *profile;

    assert_int_equal(profiles_add_built_in(&list), 0);
    profile = profile_find(&list, "unconfined");
    assert_int_equal(profile->time_ms + profile->cpu_seconds + profile->memory, 0);
    assert_int_equal(profile->file_size + profile->processes + profile->open_files, 0);
}

static void isolated_is_no_uid_0(void **state)
{
    assert_int_equal(profiles_add_built_in(&list), 0);
    assert_int_not_equal(profile_find(&list, "isolated")->uid, 0);
    assert_int_not_equal(profile_find(&list, "isolated")->gid, 0);
}

static void a_profile_is_found_by_its_whole_name(void **state)
{
    add("one", 1);
    assert_non_null(profile_find(&list, "one"));
    assert_null(profile_find(&list, "on"));
    assert_null(profile_find(&list, "One"));
    assert_null(profile_find(&list, ""));
}

static void the_last_of_a_name_stays_in_the_place_of_the_first(void **state)
{
    add("one", 1);
    add("two", 2);
    add("one", 3);
    assert_int_equal(list.count, 2);
    assert_string_equal(list.profiles[0].name, "one");
    assert_int_equal(list.profiles[0].cpu_seconds, 3);
}

static void a_copy_shares_nothing_with_its_original(void **state)
{
    struct profile original, copy;

    assert_int_equal(profile_defaults(&original), 0);
    assert_int_equal(profile_copy(&original, &copy), 0);
    assert_int_equal(text_list_add(&copy.writable, "/srv"), 0);
    assert_int_equal(text_list_add(&copy.readable, "/srv"), 0);
    assert_int_equal(text_list_add(&copy.executable, "/srv"), 0);
    assert_int_equal(families_add(&copy.families, AF_INET), 0);
    assert_int_equal(original.writable.count + 1, copy.writable.count);
    assert_int_equal(original.readable.count + 1, copy.readable.count);
    assert_int_equal(original.executable.count + 1, copy.executable.count);
    assert_int_equal(original.families.count + 1, copy.families.count);
    profile_clear(&original);
    assert_string_equal(copy.user, PROFILE_USER);
    assert_string_equal(copy.syscalls.texts[0], "@system-service");
    profile_clear(&copy);
}

/* Whoever walks to the NULL finds one. */
static void lists_end_in_null_also_when_they_are_empty(void **state)
{
    struct profile original = {}, copy;

    assert_int_equal(profile_copy(&original, &copy), 0);
    assert_null(copy.syscalls.texts[0]);
    assert_int_equal(text_list_add(&copy.syscalls, "read"), 0);
    text_list_empty(&copy.syscalls);
    assert_null(copy.syscalls.texts[0]);
    profile_clear(&copy);
}

static void a_name_is_letters_digits_and_marks_between(void **state)
{
    char longest[PROFILE_NAME_MAX + 2];

    memset(longest, 'a', sizeof(longest));
    longest[PROFILE_NAME_MAX + 1] = '\0';
    assert_false(profile_is_name(longest));
    longest[PROFILE_NAME_MAX] = '\0';
    assert_true(profile_is_name(longest));
    assert_true(profile_is_name("a"));
    assert_true(profile_is_name("9-a.b_C"));
    assert_false(profile_is_name(""));
    assert_false(profile_is_name("-a"));
    assert_false(profile_is_name(".a"));
    assert_false(profile_is_name("a/b"));
    assert_false(profile_is_name("a b"));
    assert_false(profile_is_name("\303\244"));
}

static void root_is_found_by_name_and_by_number(void **state)
{
    static char name[] = "root", number[] = "0";
    struct profile profile = {.user = name, .uid = 7, .gid = 7};

    assert_int_equal(profile_find_user(&profile), 0);
    assert_int_equal(profile.uid, 0);
    assert_int_equal(profile.gid, 0);
    profile = (struct profile){.user = number, .uid = 7, .gid = 7};
    assert_int_equal(profile_find_user(&profile), 0);
    assert_int_equal(profile.uid, 0);
    assert_false(profile.user_missing);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_teardown(unconfined_and_isolated_are_built_in, clear),
        cmocka_unit_test_teardown(unconfined_has_no_limit, clear),
        cmocka_unit_test_teardown(isolated_is_no_uid_0, clear),
        cmocka_unit_test_teardown(a_profile_is_found_by_its_whole_name, clear),
        cmocka_unit_test_teardown(the_last_of_a_name_stays_in_the_place_of_the_first, clear),
        cmocka_unit_test_teardown(a_copy_shares_nothing_with_its_original, clear),
        cmocka_unit_test_teardown(lists_end_in_null_also_when_they_are_empty, clear),
        cmocka_unit_test_teardown(a_name_is_letters_digits_and_marks_between, clear),
        cmocka_unit_test_teardown(root_is_found_by_name_and_by_number, clear),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
