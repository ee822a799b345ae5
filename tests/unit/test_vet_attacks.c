/*
 * Each weakness that vetting refuses is one: here another user makes root run something else
 * through it. Real files, real processes of another uid.
 *
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */
#include "vetting.h"

/*
 * A weakness: how it is built, what the stranger does with it to have root run something else at
 * the path `script`, and which file the refusal must name.
 */
struct weakness {
    const char *name;
    void (*build)(void);
    const char *attack;
    const char *script, *blamed;
};

#define WRITE(file) "printf '#!/bin/sh\\necho taken\\n' >" file
#define TAKE(file)  WRITE(file) " && chmod +x " file

static void build_hook(void)
{
    tree_folder("etc", 0755);
    tree_folder("etc/hooks", 0755);
    tree_script("etc/hooks/qemu");
}

static void build_group_writable_file(void)
{
    build_hook();
    assert_int_equal(chown("etc/hooks/qemu", 0, TREE_STRANGER), 0);
    assert_int_equal(chmod("etc/hooks/qemu", 0775), 0);
}

static void build_writable_file(void)
{
    build_hook();
    assert_int_equal(chmod("etc/hooks/qemu", 0757), 0);
}

static void build_owned_file(void)
{
    build_hook();
    tree_give_away("etc/hooks/qemu");
}

static void build_group_writable_folder(void)
{
    build_hook();
    assert_int_equal(chown("etc/hooks", 0, TREE_STRANGER), 0);
    assert_int_equal(chmod("etc/hooks", 0775), 0);
}

static void build_writable_upper_folder(void)
{
    build_hook();
    assert_int_equal(chmod("etc", 0757), 0);
}

static void build_owned_upper_folder(void)
{
    build_hook();
    tree_give_away("etc");
}

static void build_owned_in_sticky(void)
{
    tree_folder("etc", 01777);
    tree_folder("etc/hooks", 0755);
    tree_give_away("etc/hooks");
    tree_script("etc/hooks/qemu");
}

static void build_home(void)
{
    tree_folder("etc", 0755);
    tree_folder("etc/hooks", 0755);
    tree_folder("home", 0755);
    tree_give_away("home");
}

static void build_link_to_owned(void)
{
    build_home();
    tree_script("home/script");
    tree_link("etc/hooks/qemu", "../../home/script");
}

static void build_link_through_owned(void)
{
    build_hook();
    tree_folder("home", 0755);
    tree_link("home/way", "../etc/hooks");
    tree_give_away("home");
    tree_link("etc/entry", "../home/way/qemu");
}

static void build_interpreter(void)
{
    build_hook();
    tree_folder("bin", 0755);
    tree_script("bin/sh");
    tree_interpreted("etc/hooks/qemu", tree_path("bin/sh"));
}

static void build_owned_interpreter(void)
{
    build_interpreter();
    tree_give_away("bin/sh");
}

static void build_owned_folder_of_interpreter(void)
{
    build_interpreter();
    tree_give_away("bin");
}

static void build_owned_link_to_interpreter(void)
{
    build_interpreter();
    tree_folder("home", 0755);
    tree_link("home/sh", "../bin/sh");
    tree_give_away("home");
    tree_link("link", "home/sh");
    tree_interpreted("etc/hooks/qemu", tree_path("link"));
}

static struct weakness weaknesses[] = {
    {"a file that its group can write", build_group_writable_file, WRITE("etc/hooks/qemu"),
     "etc/hooks/qemu", "etc/hooks/qemu"},
    {"a file that everybody can write", build_writable_file, WRITE("etc/hooks/qemu"),
     "etc/hooks/qemu", "etc/hooks/qemu"},
    {"a file of another user's", build_owned_file, TAKE("etc/hooks/qemu"), "etc/hooks/qemu",
     "etc/hooks/qemu"},
    {"a folder that its group can write", build_group_writable_folder,
     "rm -f etc/hooks/qemu && " TAKE("etc/hooks/qemu"), "etc/hooks/qemu", "etc/hooks"},
    {"an upper folder that everybody can write", build_writable_upper_folder,
     "mv etc/hooks etc/old && mkdir etc/hooks && " TAKE("etc/hooks/qemu"), "etc/hooks/qemu", "etc"},
    {"an upper folder of another user's", build_owned_upper_folder,
     "mv etc/hooks etc/old && mkdir etc/hooks && " TAKE("etc/hooks/qemu"), "etc/hooks/qemu", "etc"},
    {"a folder of another user's in a sticky one", build_owned_in_sticky,
     "rm -f etc/hooks/qemu && " TAKE("etc/hooks/qemu"), "etc/hooks/qemu", "etc/hooks"},
    {"a link into another user's folder", build_link_to_owned,
     "rm -f home/script && " TAKE("home/script"), "etc/hooks/qemu", "home"},
    {"a link that passes another user's folder", build_link_through_owned,
     "rm home/way && mkdir home/way && " TAKE("home/way/qemu"), "etc/entry", "home"},
    {"an interpreter of another user's", build_owned_interpreter, TAKE("bin/sh"), "etc/hooks/qemu",
     "bin/sh"},
    {"an interpreter in another user's folder", build_owned_folder_of_interpreter,
     "rm -f bin/sh && " TAKE("bin/sh"), "etc/hooks/qemu", "bin"},
    {"an interpreter behind another user's link", build_owned_link_to_interpreter,
     "rm home/sh && " TAKE("home/sh"), "etc/hooks/qemu", "home"},
};

#define WEAKNESS_COUNT (sizeof(weaknesses) / sizeof(weaknesses[0]))

/* Runs the script, with its output going to `out`. */
static void run_script(const char *path, int out)
{
    pid_t pid = fork();
    int status;

    assert_true(pid >= 0);
    if (pid == 0) {
        dup2(out, 1);
        execl(path, path, (char *)NULL);
        _exit(127);
    }
    assert_int_equal(waitpid(pid, &status, 0), pid);
    assert_int_equal(status, 0);
}

static void assert_prints(const char *script, const char *expected)
{
    auto_close int out = open("out", O_RDWR | O_CREAT | O_TRUNC | O_CLOEXEC, 0600);
    char line[64] = "";
    size_t size;

    assert_true(out >= 0);
    run_script(tree_path(script), out);
    assert_int_equal(lseek(out, 0, SEEK_SET), 0);
    assert_int_equal(fd_read_all(out, line, sizeof(line) - 1, &size), 0);
    assert_string_equal(line, expected);
}

static void a_weakness_is_refused_and_would_have_been_used(void **state)
{
    const struct weakness *weakness = *state;
    auto_free char *blame = NULL;

    tree_needs_root();
    weakness->build();
    assert_true(asprintf(&blame, "%s ", tree_path(weakness->blamed)) > 0);
    assert_prints(weakness->script, "kept\n");
    assert_refused(tree_path(weakness->script), blame, NULL);
    assert_int_equal(tree_as_stranger(weakness->attack), 0);
    assert_prints(weakness->script, "taken\n");
}

static void a_sticky_folder_is_accepted_where_what_is_next_is_roots(void **state)
{
    tree_needs_root();
    tree_folder("etc", 01777);
    tree_folder("etc/hooks", 0755);
    tree_script("etc/hooks/qemu");
    assert_accepted(tree_path("etc/hooks/qemu"));
    assert_int_not_equal(tree_as_stranger("mv etc/hooks etc/old 2>/dev/null"), 0);
    chmod("etc", 0777);
    assert_refused(tree_path("etc/hooks/qemu"), tree_path("etc"), NULL);
    assert_int_equal(tree_as_stranger("mv etc/hooks etc/old"), 0);
}

int main(void)
{
    struct CMUnitTest tests[WEAKNESS_COUNT + 1] = {
        cmocka_unit_test_setup_teardown(a_sticky_folder_is_accepted_where_what_is_next_is_roots,
                                        tree_set_up, tree_tear_down),
    };

    for (size_t i = 0; i < WEAKNESS_COUNT; i++)
        tests[i + 1] = (struct CMUnitTest){weaknesses[i].name,
                                           a_weakness_is_refused_and_would_have_been_used,
                                           tree_set_up, tree_tear_down, &weaknesses[i]};
    return cmocka_run_group_tests(tests, NULL, NULL);
}
