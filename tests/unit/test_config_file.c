/*
 * What virthook.conf's form may be, whose file it may be, and what a bad one leaves behind.
 *
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */
#include "config_text.h"
#include "loading.h"

#include <sys/mman.h>

static void comments_do_not_move_the_line_that_is_told(void **state)
{
    assert_complains(4, "# one\n# two\n\ndeadline = x\n", "deadline", NULL);
    assert_complains(5, "/* one\n * two\n */ // more\n\ndeadline = x\n", "deadline", NULL);
    assert_complains(3, "deadline = 5 # why\n/**/\n/***/ grace = x", "grace", NULL);
    assert_complains(2, "hooks = '/a # b // c /* d'\ngrace = x", "grace", NULL);
    assert_complains(3, "deadline\n=\nx", "deadline takes", NULL);
}

static void comments_stand_anywhere_between_words(void **state)
{
    assert_loads("rule # name\n \"a\" // next\n { /* x */ deadline /* y */ = # z\n 5 }");
    assert_int_equal(loaded->rules.rules[0].deadline_ms, 5000);
}

static void texts_in_quotes_are_taken_as_they_stand(void **state)
{
    assert_loads("hooks = '/a \"#${HOME}\\\\\\'\\n'");
    assert_string_equal(loaded->hooks, "/a \"#${HOME}\\'\\n");
    assert_loads("hooks = \"/a '#\\\\ \\\"\"");
    assert_string_equal(loaded->hooks, "/a '#\\ \"");
    assert_loads("hooks = '/\303\244'");
    assert_string_equal(loaded->hooks, "/\303\244");
}

static void nothing_is_taken_from_the_environment(void **state)
{
    setenv("VIRTHOOK_TEST", "/stolen", 1);
    assert_complains(1, "hooks = \"${VIRTHOOK_TEST}\"", "environment", NULL);
    assert_complains(1, "hooks = ${VIRTHOOK_TEST}", "$", "quotes", NULL);
    assert_complains(1, "hooks = \"\\\\${VIRTHOOK_TEST}\"", "environment", NULL);
    assert_loads("hooks = '/${VIRTHOOK_TEST}'");
    assert_string_equal(loaded->hooks, "/${VIRTHOOK_TEST}");
}

static void no_other_file_is_included(void **state)
{
    tree_file("other", "deadline = 5\n", 0644);
    assert_complains(1, "include(\"other\")", "(", NULL);
    assert_complains(1, "include = \"other\"", "'include'", NULL);
}

static void what_libconfuse_would_drop_is_refused(void **state)
{
    assert_complains(2, "\nrule a { object = vm* deadline = 5 }", "* stands outside quotes", NULL);
    assert_complains(1, "deadline + = 5", "+ stands outside quotes", NULL);
    assert_complains(1, "deadline = 5, 6", ", stands outside quotes", NULL);
    assert_complains(1, "rule|driver = qemu", "| stands outside quotes", NULL);
    assert_complains(1, "deadline = 5;", "; stands outside quotes", NULL);
    assert_complains(1, "hooks = /\303\244", "\303\244 stands outside quotes", NULL);
    assert_complains(1, "hooks = {\"/a\"}", "unexpected token '{'", NULL);
    assert_complains(1, "\"deadline\" = 5", "a quoted text stands where a key should", NULL);
    assert_complains(2, "hooks = \"/a\"\n\"rule|driver\" = x", "where a key should", NULL);
    assert_complains(2, "grace = 5\n\"deadline\" = 5", "where a key should", NULL);
    assert_complains(1, "hooks = \"/a\\0b\"", "backslash", "single quotes", NULL);
    assert_complains(1, "hooks = \"/a\\x00b\"", "backslash", NULL);
}

static void what_does_not_end_is_refused_where_it_begins(void **state)
{
    assert_complains(1, "rule a {\ndeadline = 5\n", "does not end", "}", NULL);
    assert_complains(2, "\n/* never\n\n", "comment does not end", NULL);
    assert_complains(1, "/*/", "comment does not end", NULL);
    assert_complains(2, "\nhooks = \"/a\n\"", "does not end on its line", "close it with \"", NULL);
    assert_complains(1, "hooks = '/a", "does not end on its line", "close it with '", NULL);
    assert_complains(1, "hooks = \"/a\\", "backslash", NULL);
    assert_complains(1, "hooks = '/a\\'", "does not end on its line", NULL);
    assert_complains(1, "hooks =\n\n", "premature end", NULL);
    assert_complains(1, "hooks", "premature end", NULL);
}

static void braces_come_in_pairs(void **state)
{
    assert_complains(2, "deadline = 5\n}", "no section is open", NULL);
    assert_complains(2, "rule a {\nrule b { deadline = 5 }\n}", "inside the section", "line 1",
                     NULL);
    assert_complains(1, "rule a { deadline = 5 } }", "no section is open", NULL);
    assert_complains(1, "{ }", "unexpected token", NULL);
    assert_complains(1, "deadline { }", "missing equal sign", NULL);
    assert_complains(1, "rule = 5", "missing title", NULL);
    assert_complains(1, "rule a = 5", "missing opening brace", NULL);
    assert_complains(2, "deadline = 5\ngrace 5", "missing equal sign", NULL);
    assert_complains(1, "deadline = = 5", "unexpected token", NULL);
}

static void bytes_that_nobody_sees_are_refused(void **state)
{
    char text[] = "deadline = 5\n# x\n\ndeadline = 6\n";

    text[15] = '\0';
    assert_int_equal(load_bytes(text, strlen("deadline = 5\n# x\n\ndeadline = 6\n")),
                     CONFIG_E_REFUSED);
    assert_non_null(strstr(complaint, "conf:2: control character 0x00"));
    assert_complains(2, "\nhooks = '/a\033[2J'", "control character 0x1b", NULL);
    assert_complains(1, "deadline = 5\r\n", "carriage return", "Unix", NULL);
    assert_complains(2, "# \303\244\n# \377\n", "byte 0xff is not UTF-8", NULL);
    assert_complains(1, "\177", "control character 0x7f", NULL);
}

static void the_complaint_cannot_steer_a_terminal(void **state)
{
    assert_complains(1, "deadline = \"\302\233 2J \342\200\256 \342\200\254\"", "\\xc2\\x9b",
                     "\\xe2\\x80\\xae", NULL);
    assert_complains(1, "deadline = '%s%n%s%n'", "'%s%n%s%n'", NULL);
}

static void a_file_is_read_up_to_its_largest_size(void **state)
{
    auto_free char *text = malloc(CONFIG_TEXT_MAX + 1);

    memset(text, '#', CONFIG_TEXT_MAX + 1);
    assert_int_equal(load_bytes(text, CONFIG_TEXT_MAX), 0);
    assert_int_equal(load_bytes(text, CONFIG_TEXT_MAX + 1), CONFIG_E_REFUSED);
    assert_non_null(strstr(complaint, "larger than 1048576 bytes"));
}

static void a_file_that_others_could_change_is_refused(void **state)
{
    tree_file("conf", "deadline = 5\n", 0664);
    assert_int_equal(load_path(tree_path("conf"), false), CONFIG_E_REFUSED);
    assert_non_null(strstr(complaint, "not trusted"));
    assert_non_null(strstr(complaint, "can be written by its group"));
    assert_non_null(strstr(complaint, "chmod g-w"));
    chmod("conf", 0644);
    assert_int_equal(load_path(tree_path("conf"), false), 0);
    tree_folder("etc", 0777);
    tree_file("etc/conf", "deadline = 5\n", 0644);
    assert_int_equal(load_path(tree_path("etc/conf"), false), CONFIG_E_REFUSED);
    assert_non_null(strstr(complaint, "everybody"));
}

static void another_users_file_is_refused(void **state)
{
    tree_needs_root();
    tree_file("conf", "deadline = 5\n", 0644);
    tree_give_away("conf");
    assert_int_equal(load_path(tree_path("conf"), false), CONFIG_E_REFUSED);
    assert_non_null(strstr(complaint, "belongs to uid 65534"));
}

static void what_is_no_file_is_refused_without_waiting(void **state)
{
    assert_int_equal(mkfifo("fifo", 0644), 0);
    assert_int_equal(load_path(tree_path("fifo"), false), CONFIG_E_REFUSED);
    assert_non_null(strstr(complaint, "not a regular file"));
    assert_int_equal(load_path(tree_base, false), CONFIG_E_REFUSED);
    assert_int_equal(load_path("/dev/null", false), CONFIG_E_REFUSED);
}

static void a_file_that_must_be_there_is_missed(void **state)
{
    assert_int_equal(load_path(tree_path("none"), true), CONFIG_E_REFUSED);
    assert_non_null(strstr(complaint, tree_path("none")));
    assert_non_null(strstr(complaint, "does not exist"));
    tree_link("link", "none");
    assert_int_equal(load_path(tree_path("link"), false), CONFIG_E_REFUSED);
    assert_non_null(strstr(complaint, "does not exist"));
    assert_int_equal(load_path("conf", true), CONFIG_E_REFUSED);
    assert_non_null(strstr(complaint, "starts with /"));
}

static const char whole[] = "# a comment\nhooks = \"/a b\"\ndeadline = 2.5 // more\n"
                            "/* x */ failure 'qemu/start' { exit = deny other = allow }\n"
                            "rule \"n\" { object = 'a\\\\*' operation = start deadline = 3 }\n"
                            "events_set = 'daemon domain'\n"
                            "event e { kind = 'd*' event = stopped for = '*-x' timeout = 3 }\n"
                            "event s { detail = crashed script = /s/x retries = 2 }\n"
                            "profile p { writable = { /a, '-/b' } hidden += /c cpu=5 }\n"
                            "profile q { inherits = p writable += { \"/d\" } user = root }\n";

static void every_beginning_of_a_file_is_read_or_refused_and_the_next_file_is_read(void **state)
{
    for (size_t size = 0; size < strlen(whole); size++) {
        int r = load_bytes(whole, size);

        assert_true(r == 0 || r == CONFIG_E_REFUSED);
        assert_true((r == 0) == (complaint == NULL));
        assert_true((r == 0) == (loaded != NULL));
        assert_loads(whole);
        assert_int_equal(loaded->deadline_ms, 2500);
        assert_int_equal(loaded->rules.count, 1);
        assert_int_equal(loaded->event_rules.count, 2);
    }
}

static void every_byte_of_a_file_may_be_any_other(void **state)
{
    char text[sizeof(whole)];

    for (size_t at = 0; at < strlen(whole); at++) {
        static const char others[] = "\0\n\r\"'\\{}=#/*$ (a9|\377\303";

        for (size_t i = 0; i < sizeof(others) - 1; i++) {
            int r;

            memcpy(text, whole, sizeof(whole));
            text[at] = others[i];
            r = load_bytes(text, strlen(whole));
            assert_true(r == 0 || r == CONFIG_E_REFUSED);
            assert_true((r == 0) == (loaded != NULL));
        }
    }
}

static void nothing_is_printed(void **state)
{
    static const char *const wrong[] = {
        "deadline = x",          "x = y", "hooks",          "rule {", "hooks = \"",
        "rule a { } rule a { }", "}",     "include(\"x\")", "a b c"};
    int saved[] = {dup(1), dup(2)};
    auto_close int fd = memfd_create("printed", MFD_CLOEXEC);
    struct stat st;

    fflush(stdout);
    dup2(fd, 1);
    dup2(fd, 2);
    for (size_t i = 0; i < sizeof(wrong) / sizeof(wrong[0]); i++)
        (void)load(wrong[i]);
    fflush(stdout);
    dup2(saved[0], 1);
    dup2(saved[1], 2);
    close(saved[0]);
    close(saved[1]);
    assert_int_equal(fstat(fd, &st), 0);
    assert_int_equal(st.st_size, 0);
}

static void loading_leaves_no_descriptor_open(void **state)
{
    size_t before = tree_open_descriptors();

    assert_loads("deadline = 5");
    assert_complains(1, "deadline = x", NULL);
    assert_int_equal(tree_open_descriptors(), before);
}

#define TEST(function) cmocka_unit_test_setup_teardown(function, tree_set_up, loading_tear_down)

int main(void)
{
    const struct CMUnitTest tests[] = {
        TEST(comments_do_not_move_the_line_that_is_told),
        TEST(comments_stand_anywhere_between_words),
        TEST(texts_in_quotes_are_taken_as_they_stand),
        TEST(nothing_is_taken_from_the_environment),
        TEST(no_other_file_is_included),
        TEST(what_libconfuse_would_drop_is_refused),
        TEST(what_does_not_end_is_refused_where_it_begins),
        TEST(braces_come_in_pairs),
        TEST(bytes_that_nobody_sees_are_refused),
        TEST(the_complaint_cannot_steer_a_terminal),
        TEST(a_file_is_read_up_to_its_largest_size),
        TEST(a_file_that_others_could_change_is_refused),
        TEST(another_users_file_is_refused),
        TEST(what_is_no_file_is_refused_without_waiting),
        TEST(a_file_that_must_be_there_is_missed),
        TEST(every_beginning_of_a_file_is_read_or_refused_and_the_next_file_is_read),
        TEST(every_byte_of_a_file_may_be_any_other),
        TEST(nothing_is_printed),
        TEST(loading_leaves_no_descriptor_open),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
