/*
 * What the keys of a profile section take that are lists of paths, right and wrong.
 *
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */
#include "profiles.h"

static void what_may_be_executed_is_everything_or_paths(void **state)
{
    assert_loads("profile p { executable = none }\nprofile q { executable = { / } }\n"
                 "profile r { inherits = p executable += { /bin, /usr/bin } }");
    assert_texts(&profile_of("p")->executable, NULL);
    assert_texts(&profile_of("q")->executable, "/", NULL);
    assert_texts(&profile_of("r")->executable, "/bin", "/usr/bin", NULL);
    assert_complains(2, "profile p {\nexecutable += /opt }", "executable has /",
                     "write / alone, or = in place of +=", NULL);
    assert_complains(1, "profile p { executable = { /opt, / } }", "executable has /", NULL);
    assert_complains(1, "profile p { executable = bin }", "executable takes paths", NULL);
    assert_complains(1, "profile p { executable = -/ }", "does not take the whole system", NULL);
    assert_complains(1, "profile p { readable = / }", "does not take the whole system", NULL);
}

static void paths_are_written_as_they_are(void **state)
{
    assert_loads(
        "profile p { writable = { '//srv///a/', -//srv/b//, /srv/..a, /srv/.b, /srv/- } }");
    assert_texts(&profile_of("p")->writable, "/srv/a", "-/srv/b", "/srv/..a", "/srv/.b", "/srv/-",
                 NULL);
    assert_complains(2, "profile p {\nwritable = { srv } }", "writable takes paths", "start with /",
                     "'srv'", NULL);
    assert_complains(1, "profile p { hidden = { --/srv } }", "hidden takes paths", NULL);
    assert_complains(1, "profile p { sockets = - }", "sockets takes paths", NULL);
    assert_complains(1, "profile p { sockets = '' }", "sockets takes paths", NULL);
}

static void a_path_leads_nowhere_else(void **state)
{
    static const char *const wrong[] = {"/srv/../etc", "/..", "/srv/..", "-/../srv",
                                        "/srv/./a",    "/.",  "//..//",  "/srv/."};
    char text[64];

    for (size_t i = 0; i < sizeof(wrong) / sizeof(wrong[0]); i++) {
        snprintf(text, sizeof(text), "profile p {\nwritable = { '%s' } }", wrong[i]);
        assert_complains(2, text, "has a component . or ..", wrong[i], NULL);
    }
}

static void a_path_is_neither_a_pattern_nor_everything(void **state)
{
    assert_complains(1, "profile p { writable = '/dev/i2c-*' }", "'/dev/i2c-*' is a pattern", NULL);
    assert_complains(1, "profile p { writable = '/dev/tty?' }", "is a pattern", NULL);
    assert_complains(1, "profile p { writable = '/dev/[a]' }", "is a pattern", NULL);
    assert_complains(1, "profile p { writable = / }", "writable does not take the whole system",
                     "unconfined = yes", NULL);
    assert_complains(1, "profile p { hidden = -// }", "hidden does not take the whole", NULL);
}

static void a_path_has_its_largest_size(void **state)
{
    char text[2048] = "profile p { writable = /", *end = text + strlen(text);

    memset(end, 'a', 1023);
    strcpy(end + 1023, " }");
    assert_loads(text);
    assert_int_equal(strlen(profile_of("p")->writable.texts[0]), 1024);
    strcpy(end + 1023, "a }");
    assert_complains(1, text, "at most 1024 bytes", NULL);
}

static void a_list_has_its_largest_number_of_paths(void **state)
{
    char text[4096] = "profile p { writable = { /a0", *end = text + strlen(text);

    for (int i = 1; i < PROFILE_PATHS_MAX; i++)
        end += sprintf(end, ", /a%d", i);
    strcpy(end, ", /a0 } }");
    assert_loads(text);
    assert_int_equal(profile_of("p")->writable.count, PROFILE_PATHS_MAX);
    strcpy(end, ", /b } }");
    assert_complains(1, text, "writable has more than 80 paths", NULL);
}

#define TEST(function) cmocka_unit_test_setup_teardown(function, tree_set_up, loading_tear_down)

int main(void)
{
    const struct CMUnitTest tests[] = {
        TEST(what_may_be_executed_is_everything_or_paths),
        TEST(paths_are_written_as_they_are),
        TEST(a_path_leads_nowhere_else),
        TEST(a_path_is_neither_a_pattern_nor_everything),
        TEST(a_path_has_its_largest_size),
        TEST(a_list_has_its_largest_number_of_paths),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
