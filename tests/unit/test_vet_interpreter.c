/*
 * What vetting promises of a script's #! line: it is read as the kernel reads it, and every
 * interpreter is held to what the script is held to. Where the kernel's own limits matter, the
 * kernel is asked too.
 *
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */
#include "shebang.h"
#include "vetting.h"

#include <spawn.h>

static void a_file_that_is_neither_binary_nor_script_is_left_to_the_kernel(void **state)
{
    tree_file("plain", "echo hello\n", 0755);
    assert_accepted(tree_path("plain"));
    tree_file("empty", "", 0755);
    assert_accepted(tree_path("empty"));
}

static void the_interpreter_is_held_to_the_same(void **state)
{
    char interpreter[PATH_MAX];

    tree_folder("bin", 0755);
    tree_script("bin/sh");
    snprintf(interpreter, sizeof(interpreter), " \t%s -e", tree_path("bin/sh"));
    tree_interpreted("qemu", interpreter);
    assert_accepted(tree_path("qemu"));
    chmod("bin/sh", 0775);
    assert_refused(tree_path("qemu"), "interpreter of", tree_path("qemu"), tree_path("bin/sh"),
                   "can be written by its group", "chmod g-w", NULL);
    chmod("bin/sh", 04755);
    assert_refused(tree_path("qemu"), tree_path("bin/sh"), "setuid bit", NULL);
    chmod("bin/sh", 0755);
    chmod("bin", 0757);
    assert_refused(tree_path("qemu"), tree_path("bin"), "everybody", NULL);
    unlink("bin/sh");
    chmod("bin", 0755);
    assert_refused(tree_path("qemu"), tree_path("bin/sh"), "does not exist", NULL);
}

static void an_interpreter_without_its_whole_path_is_refused(void **state)
{
    tree_file("qemu", "#!sh\n", 0755);
    assert_refused(tree_path("qemu"), "interpreter sh", "write its whole path", NULL);
    tree_file("qemu", "#! bin/sh\n", 0755);
    assert_refused(tree_path("qemu"), "interpreter bin/sh", NULL);
    tree_file("qemu", "#!\n/bin/sh\n", 0755);
    assert_refused(tree_path("qemu"), "names no interpreter", NULL);
    tree_file("qemu", "#!", 0755);
    assert_refused(tree_path("qemu"), "names no interpreter", NULL);
}

static void a_carriage_return_in_the_first_line_is_told(void **state)
{
    tree_file("qemu", "#!/bin/sh\r\necho\r\n", 0755);
    assert_refused(tree_path("qemu"), "carriage returns", "sed -i", NULL);
}

/*
 * What the kernel says of running a script: 0, or its error. Valgrind stands between the two and
 * finds interpreters by rules of its own.
 */
static int run(const char *path)
{
    const char *const arguments[] = {path, NULL};
    posix_spawn_file_actions_t actions;
    pid_t pid;
    int r;

    posix_spawn_file_actions_init(&actions);
    posix_spawn_file_actions_addopen(&actions, 1, "/dev/null", O_WRONLY, 0);
    r = posix_spawn(&pid, path, &actions, NULL, (char **)(uintptr_t)arguments, environ);
    posix_spawn_file_actions_destroy(&actions);
    if (r == 0)
        assert_int_equal(waitpid(pid, NULL, 0), pid);
    return r;
}

static void assert_kernel_says(int error, const char *name)
{
    if (!under_valgrind())
        assert_int_equal(run(tree_path(name)), error);
}

/* A #! line in which the interpreter's path ends at byte `length`, and an argument of spaces. */
static void write_long_line(const char *name, size_t length)
{
    auto_close int fd = open(name, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0755);
    int spaces = (int)(length - strlen("#!/bin/true"));

    assert_true(dprintf(fd, "#!%*s/bin/true%*s\n", spaces, "", 100, "") > 0);
}

static void a_first_line_is_read_as_far_as_the_kernel_reads(void **state)
{
    write_long_line("fits", SHEBANG_SIZE - 1);
    write_long_line("cut", SHEBANG_SIZE);
    assert_accepted(tree_path("fits"));
    assert_kernel_says(0, "fits");
    assert_refused(tree_path("cut"), "#! line", "shorten it", NULL);
    assert_kernel_says(ENOEXEC, "cut");
}

static void interpreters_are_followed_as_deep_as_the_kernel_goes(void **state)
{
    const char *before = "/bin/true";
    char name[16];

    for (int i = 1; i <= SHEBANG_LEVELS_MAX + 1; i++) {
        snprintf(name, sizeof(name), "%d", i);
        tree_interpreted(name, before);
        before = tree_path(name);
    }
    assert_accepted(tree_path("5"));
    assert_kernel_says(0, "5");
    assert_refused(tree_path("6"), "more than 5 interpreters", NULL);
    assert_kernel_says(ELOOP, "6");
    chmod("2", 0775);
    assert_refused(tree_path("5"), tree_path("2"), "can be written", NULL);
}

#define TEST(function) cmocka_unit_test_setup_teardown(function, tree_set_up, tree_tear_down)

int main(void)
{
    const struct CMUnitTest tests[] = {
        TEST(a_file_that_is_neither_binary_nor_script_is_left_to_the_kernel),
        TEST(the_interpreter_is_held_to_the_same),
        TEST(an_interpreter_without_its_whole_path_is_refused),
        TEST(a_carriage_return_in_the_first_line_is_told),
        TEST(a_first_line_is_read_as_far_as_the_kernel_reads),
        TEST(interpreters_are_followed_as_deep_as_the_kernel_goes),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
