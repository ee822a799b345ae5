/*
 * Where a session's files are, by the environment.
 *
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */
#include "session.h"

#include "cleanup.h"

#include <errno.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>

#include <cmocka.h>

static int without_variables(void **state)
{
    unsetenv("XDG_CONFIG_HOME");
    unsetenv("XDG_STATE_HOME");
    unsetenv("XDG_RUNTIME_DIR");
    return setenv("HOME", "/of/home", 1);
}

static void assert_path(enum session_base base, const char *rest, const char *wanted)
{
    auto_free char *path = NULL;

    assert_int_equal(session_path(base, rest, &path), 0);
    assert_string_equal(path, wanted);
}

static void assert_none(enum session_base base)
{
    char *path = NULL;

    assert_int_equal(session_path(base, "x", &path), -ENOENT);
    assert_null(path);
}

static void without_its_variable_a_place_is_below_home(void **state)
{
    assert_path(SESSION_CONFIG, "hooks", "/of/home/.config/virthook/hooks");
    assert_path(SESSION_STATE, "", "/of/home/.local/state/virthook/");
}

static void a_variable_names_the_base(void **state)
{
    setenv("XDG_CONFIG_HOME", "/c", 1);
    setenv("XDG_STATE_HOME", "/s", 1);
    setenv("XDG_RUNTIME_DIR", "/r", 1);
    assert_path(SESSION_CONFIG, "hooks", "/c/virthook/hooks");
    assert_path(SESSION_STATE, "", "/s/virthook/");
    assert_path(SESSION_RUNTIME, "admin", "/r/virthook/admin");
}

static void a_base_that_is_not_absolute_is_none(void **state)
{
    setenv("XDG_CONFIG_HOME", "c", 1);
    assert_path(SESSION_CONFIG, "hooks", "/of/home/.config/virthook/hooks");
    setenv("HOME", "home", 1);
    assert_none(SESSION_CONFIG);
}

static void nothing_stands_in_for_the_runtime_directory(void **state)
{
    assert_none(SESSION_RUNTIME);
}

static void without_home_there_is_no_place(void **state)
{
    unsetenv("HOME");
    assert_none(SESSION_CONFIG);
    assert_none(SESSION_STATE);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup(without_its_variable_a_place_is_below_home, without_variables),
        cmocka_unit_test_setup(a_variable_names_the_base, without_variables),
        cmocka_unit_test_setup(a_base_that_is_not_absolute_is_none, without_variables),
        cmocka_unit_test_setup(nothing_stands_in_for_the_runtime_directory, without_variables),
        cmocka_unit_test_setup(without_home_there_is_no_place, without_variables),
    };

    return cmocka_run_group_tests_name("session", tests, NULL, NULL);
}
