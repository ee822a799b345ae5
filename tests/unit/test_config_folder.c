/*
 * What the files of profiles.d are: which are read, in what order, whose they may be, what they may
 * say.
 *
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */
#include "profiles.h"

static int folder_set_up(void **state)
{
    int r = tree_set_up(state);

    if (r == 0)
        tree_folder("profiles.d", 0755);
    return r;
}

static void put(const char *name, const char *text)
{
    char path[128];

    snprintf(path, sizeof(path), "profiles.d/%s", name);
    tree_file(path, text, 0644);
}

/* Refused as "FILE: …" or "FILE:LINE: …" of the tree, with a sentence that holds each word. */
static void assert_refused(const char *start, const char *main_text, ...)
{
    va_list words;

    if (load(main_text) != CONFIG_E_REFUSED)
        fail_msg("not refused: %s", main_text);
    assert_null(loaded);
    if (strncmp(complaint, tree_path(start), strlen(tree_path(start))) != 0)
        fail_msg("\"%s\" does not start with \"%s\"", complaint, tree_path(start));
    va_start(words, main_text);
    tree_assert_says(complaint, words);
    va_end(words);
}

static void files_are_read_in_byte_order_before_the_main_file(void **state)
{
    put("b.conf", "profile two { inherits = one cpu = 2 }");
    put("a.conf", "profile one { memory = 32M }");
    put("B.conf", "profile zero { inherits = isolated }");
    put("10-x.conf", "profile first { inherits = isolated }");
    assert_loads("profile main { inherits = two }");
    assert_string_equal(loaded->profiles.profiles[2].name, "first");
    assert_string_equal(loaded->profiles.profiles[3].name, "zero");
    assert_string_equal(loaded->profiles.profiles[4].name, "one");
    assert_string_equal(loaded->profiles.profiles[5].name, "two");
    assert_string_equal(loaded->profiles.profiles[6].name, "main");
    assert_int_equal(profile_of("main")->memory, 32 * 1024 * 1024);
    assert_int_equal(profile_of("main")->cpu_seconds, 2);
    assert_string_equal(profile_of("two")->file, tree_path("profiles.d/b.conf"));
    assert_string_equal(profile_of("main")->file, tree_path("conf"));
}

static void a_later_file_comes_too_late_to_be_inherited_from(void **state)
{
    put("a.conf", "\nprofile one { inherits = two }");
    put("b.conf", "profile two {}");
    assert_refused("profiles.d/a.conf:2: ", "", "no profile 'two'", NULL);
}

static void a_later_profile_takes_the_place_of_one_of_the_same_name(void **state)
{
    put("a.conf", "profile one { cpu = 1 memory = 32M }\nprofile heir { inherits = one }");
    put("b.conf", "profile one { inherits = one cpu = 2 }");
    assert_loads("");
    assert_int_equal(profile_of("one")->cpu_seconds, 2);
    assert_int_equal(profile_of("one")->memory, 32 * 1024 * 1024);
    assert_string_equal(profile_of("one")->file, tree_path("profiles.d/b.conf"));
    assert_int_equal(profile_of("heir")->cpu_seconds, 1);
    assert_loads("profile one { cpu = 3 }");
    assert_int_equal(profile_of("one")->cpu_seconds, 3);
    assert_int_equal(profile_of("one")->memory, profile_of("isolated")->memory);
    assert_int_equal(loaded->profiles.count, 4);
}

static void only_files_of_the_configuration_are_read(void **state)
{
    static const char *const others[] = {
        "a.conf~", "a.conf.rpmnew", "a.conf.dpkg-old", ".a.conf",    "README",
        "conf",    ".conf",         "a.CONF",          "a.conf.bak", "#a.conf#"};

    for (size_t i = 0; i < sizeof(others) / sizeof(others[0]); i++)
        put(others[i], "nonsense");
    put("a.conf", "profile one {}");
    assert_loads("");
    assert_int_equal(loaded->profiles.count, 3);
}

static void profiles_alone_stand_there(void **state)
{
    static const char *const wrong[] = {
        "\ndeadline = 5",
        "\nrule r { profile = isolated }",
        "\nfailure start { exit = deny other = deny }",
        "profile p {}\ndefault_profile = p",
    };

    for (size_t i = 0; i < sizeof(wrong) / sizeof(wrong[0]); i++) {
        put("a.conf", wrong[i]);
        assert_refused("profiles.d/a.conf:2: ", "", "write profile \"name\" { ... }", NULL);
    }
}

static void an_error_is_told_with_its_file_and_line(void **state)
{
    put("a.conf", "profile one {}\n");
    put("b.conf", "# x\n\nprofile two {\n    cpu = lots\n}\n");
    put("c.conf", "nonsense\n");
    assert_refused("profiles.d/b.conf:4: ", "more nonsense", "cpu takes", NULL);
    put("b.conf", "");
    assert_refused("profiles.d/c.conf:1: ", "more nonsense", "'nonsense'", NULL);
    put("c.conf", "");
    assert_refused("conf:1: ", "more nonsense", NULL);
    assert_loads("");
}

static void the_folder_need_not_be_there_nor_the_main_file(void **state)
{
    put("a.conf", "profile one {}");
    assert_int_equal(load_path(tree_path("none"), false), 0);
    assert_non_null(profile_of("one"));
    assert_null(loaded->path);
    assert_int_equal(unlink("profiles.d/a.conf"), 0);
    assert_loads("");
    assert_int_equal(rmdir("profiles.d"), 0);
    assert_loads("");
    assert_int_equal(loaded->profiles.count, 2);
}

static void files_and_folders_that_others_could_change_are_refused(void **state)
{
    put("a.conf", "profile one {}");
    chmod("profiles.d/a.conf", 0664);
    assert_refused("profiles.d/a.conf: ", "", "not trusted", "chmod g-w", NULL);
    chmod("profiles.d/a.conf", 0644);
    chmod("profiles.d", 0777);
    assert_refused("profiles.d: ", "", "not trusted", "everybody", NULL);
    chmod("profiles.d", 0755);
    assert_loads("");
}

static void another_users_files_and_folders_are_refused(void **state)
{
    tree_needs_root();
    put("a.conf", "profile one {}");
    tree_give_away("profiles.d/a.conf");
    assert_refused("profiles.d/a.conf: ", "", "belongs to uid 65534", NULL);
    assert_int_equal(chown("profiles.d/a.conf", 0, 0), 0);
    tree_give_away("profiles.d");
    assert_refused("profiles.d: ", "", "belongs to uid 65534", NULL);
}

static void what_is_no_file_is_refused_without_waiting(void **state)
{
    assert_int_equal(mkfifo("profiles.d/a.conf", 0644), 0);
    assert_refused("profiles.d/a.conf: ", "", "not a regular file", NULL);
    assert_int_equal(unlink("profiles.d/a.conf"), 0);
    tree_link("profiles.d/a.conf", "none");
    assert_refused("profiles.d/a.conf: ", "", "does not exist", NULL);
    assert_int_equal(unlink("profiles.d/a.conf"), 0);
    tree_folder("profiles.d/a.conf", 0755);
    assert_refused("profiles.d/a.conf: ", "", NULL);
}

static void what_is_no_folder_is_refused(void **state)
{
    assert_int_equal(rmdir("profiles.d"), 0);
    tree_link("profiles.d", "none");
    assert_refused("profiles.d: ", "", "does not exist", NULL);
    assert_int_equal(unlink("profiles.d"), 0);
    tree_file("profiles.d", "", 0644);
    assert_refused("profiles.d: ", "", NULL);
}

static void a_link_to_a_trusted_file_is_followed(void **state)
{
    tree_file("elsewhere", "profile one {}", 0644);
    tree_link("profiles.d/a.conf", tree_path("elsewhere"));
    assert_loads("");
    assert_string_equal(profile_of("one")->file, tree_path("profiles.d/a.conf"));
}

static void more_files_than_anybody_has_are_refused(void **state)
{
    char name[32];

    for (int i = 0; i < 256; i++) {
        snprintf(name, sizeof(name), "%d.conf", i);
        put(name, "");
    }
    assert_loads("");
    put("256.conf", "");
    assert_refused("profiles.d: ", "", "more than 256 files", NULL);
}

static void loading_leaves_no_descriptor_open(void **state)
{
    size_t before;

    put("a.conf", "profile one { user = nobody }");
    assert_loads("");
    before = tree_open_descriptors();
    assert_loads("");
    put("b.conf", "nonsense");
    assert_refused("profiles.d/b.conf:1: ", "", NULL);
    assert_int_equal(tree_open_descriptors(), before);
}

#define TEST(function) cmocka_unit_test_setup_teardown(function, folder_set_up, loading_tear_down)

int main(void)
{
    const struct CMUnitTest tests[] = {
        TEST(files_are_read_in_byte_order_before_the_main_file),
        TEST(a_later_file_comes_too_late_to_be_inherited_from),
        TEST(a_later_profile_takes_the_place_of_one_of_the_same_name),
        TEST(only_files_of_the_configuration_are_read),
        TEST(profiles_alone_stand_there),
        TEST(an_error_is_told_with_its_file_and_line),
        TEST(the_folder_need_not_be_there_nor_the_main_file),
        TEST(files_and_folders_that_others_could_change_are_refused),
        TEST(another_users_files_and_folders_are_refused),
        TEST(what_is_no_file_is_refused_without_waiting),
        TEST(what_is_no_folder_is_refused),
        TEST(a_link_to_a_trusted_file_is_followed),
        TEST(more_files_than_anybody_has_are_refused),
        TEST(loading_leaves_no_descriptor_open),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
