/*
 * What vetting promises of a script's path: it is refused, in words that name the component and the
 * mend, wherever other than trusted users could change it. Trees of real files.
 *
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */
#include "vetting.h"
#include "walk.h"

#include <sys/socket.h>
#include <sys/un.h>

static void a_script_that_only_root_can_change_is_accepted(void **state)
{
    tree_folder("hooks", 0755);
    tree_script("hooks/qemu");
    assert_accepted(tree_path("hooks/qemu"));
}

static void a_program_of_the_system_is_accepted_through_its_links(void **state)
{
    assert_accepted("/bin/sh");
}

static void a_relative_path_is_refused(void **state)
{
    tree_script("qemu");
    assert_refused("qemu", "does not start with /", NULL);
    assert_refused("", "does not start with /", NULL);
}

static void a_missing_file_is_refused_by_name(void **state)
{
    assert_refused(tree_path("none"), tree_path("none"), "does not exist", NULL);
    assert_refused(tree_path("none/qemu"), tree_path("none"), "does not exist", NULL);
}

static void a_file_that_others_can_write_is_refused_with_the_mend(void **state)
{
    tree_file("g", TREE_SCRIPT, 0775);
    assert_refused(tree_path("g"), tree_path("g"), "can be written by its group", "mode 0775",
                   "run chmod g-w /tmp/", NULL);
    tree_file("o", TREE_SCRIPT, 0757);
    assert_refused(tree_path("o"), "can be written by everybody", "mode 0757", "chmod o-w", NULL);
    tree_file("b", TREE_SCRIPT, 0777);
    assert_refused(tree_path("b"), "by its group and everybody", "mode 0777", "chmod go-w", NULL);
}

static void a_folder_that_others_can_write_is_refused_at_each_depth(void **state)
{
    static const char *const folders[] = {"a", "a/b", "a/b/c"};

    for (size_t i = 0; i < 3; i++)
        tree_folder(folders[i], 0755);
    tree_script("a/b/c/qemu");
    assert_accepted(tree_path("a/b/c/qemu"));
    for (size_t i = 0; i < 3; i++) {
        auto_free char *named = NULL;

        assert_true(asprintf(&named, "%s can be written", tree_path(folders[i])) > 0);
        chmod(folders[i], 0775);
        assert_refused(tree_path("a/b/c/qemu"), named, "its group", "chmod g-w", NULL);
        chmod(folders[i], 0757);
        assert_refused(tree_path("a/b/c/qemu"), named, "everybody", "chmod o-w", NULL);
        chmod(folders[i], 0755);
    }
}

static void anothers_file_or_folder_is_refused_at_each_depth(void **state)
{
    static const char *const names[] = {"a", "a/b", "a/b/qemu"};

    tree_needs_root();
    tree_folder("a", 0755);
    tree_folder("a/b", 0755);
    tree_script("a/b/qemu");
    for (size_t i = 0; i < 3; i++) {
        auto_free char *named = NULL;

        assert_true(asprintf(&named, "%s belongs to uid 65534", tree_path(names[i])) > 0);
        tree_give_away(names[i]);
        assert_refused(tree_path("a/b/qemu"), named, "only root may own", "run chown root /tmp/",
                       NULL);
        assert_int_equal(chown(names[i], 0, 0), 0);
    }
    assert_accepted(tree_path("a/b/qemu"));
}

static void a_setuid_or_setgid_file_is_refused(void **state)
{
    tree_file("u", TREE_SCRIPT, 04755);
    assert_refused(tree_path("u"), "setuid bit (mode 4755)", "run chmod u-s", NULL);
    tree_file("g", TREE_SCRIPT, 02755);
    assert_refused(tree_path("g"), "setgid bit (mode 2755)", "run chmod g-s", NULL);
    tree_file("b", TREE_SCRIPT, 06755);
    assert_refused(tree_path("b"), "setuid and setgid bits (mode 6755)", "run chmod ug-s", NULL);
}

static void what_is_no_regular_file_is_refused_without_opening_it(void **state)
{
    struct sockaddr_un address = {.sun_family = AF_UNIX, .sun_path = "socket"};
    auto_close int fd = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0);

    assert_int_equal(bind(fd, (struct sockaddr *)&address, sizeof(address)), 0);
    assert_int_equal(chmod("socket", 0755), 0);
    assert_int_equal(mkfifo("fifo", 0755), 0);
    tree_folder("folder", 0755);
    assert_refused(tree_path("socket"), "is not a regular file", NULL);
    assert_refused(tree_path("fifo"), "is not a regular file", NULL);
    assert_refused(tree_path("folder"), "is not a regular file", NULL);
    assert_refused("/", "is not a regular file", NULL);
    assert_refused("/dev/null", "/dev/null is not a regular file", NULL);
}

static void a_file_where_a_folder_must_be_is_refused(void **state)
{
    tree_script("file");
    tree_link("link", "file/");
    assert_refused(tree_path("file/qemu"), tree_path("file"), "is not a directory", NULL);
    assert_refused(tree_path("file/"), "is not a directory", NULL);
    assert_refused(tree_path("link"), "is not a directory", NULL);
}

static void links_to_trusted_files_are_followed(void **state)
{
    tree_folder("hooks", 0755);
    tree_folder("shared", 0755);
    tree_script("shared/script");
    tree_link("hooks/absolute", tree_path("shared/script"));
    tree_link("hooks/relative", "../shared/script");
    tree_link("hooks/twice", "./relative");
    tree_link("folder", "shared//.");
    assert_accepted(tree_path("hooks/absolute"));
    assert_accepted(tree_path("hooks/relative"));
    assert_accepted(tree_path("hooks/twice"));
    assert_accepted(tree_path("folder/script"));
    assert_accepted(tree_path("folder/../hooks/twice"));
    assert_accepted("/../../bin/sh");
}

static void dots_after_a_link_lead_where_the_kernel_goes(void **state)
{
    tree_folder("trap", 0777);
    tree_folder("trap/inner", 0755);
    tree_script("trap/qemu");
    tree_script("qemu");
    tree_link("link", "trap/inner");
    assert_accepted(tree_path("qemu"));
    assert_refused(tree_path("link/../qemu"), tree_path("trap"), "can be written", NULL);
}

static void a_link_of_another_users_is_refused(void **state)
{
    tree_needs_root();
    tree_script("script");
    tree_link("qemu", "script");
    assert_accepted(tree_path("qemu"));
    tree_give_away("qemu");
    assert_refused(tree_path("qemu"), tree_path("qemu"), "belongs to uid 65534", "chown -h root",
                   NULL);
}

static void a_dangling_link_is_refused_and_named(void **state)
{
    tree_link("link", "gone");
    assert_refused(tree_path("link"), tree_path("gone"), "does not exist", tree_path("link"),
                   "mend the link", NULL);
}

static void a_loop_of_links_is_refused(void **state)
{
    tree_link("one", "two");
    tree_link("two", "one");
    tree_link("self", "self/self");
    assert_refused(tree_path("one"), "more than 40 symbolic links", "namei -l", NULL);
    assert_refused(tree_path("self"), "more than 40 symbolic links", NULL);
}

static void as_many_links_are_followed_as_the_kernel_follows(void **state)
{
    char target[16] = "script", name[16] = "";

    tree_script("script");
    for (int i = 1; i <= WALK_LINKS_MAX + 1; i++) {
        snprintf(name, sizeof(name), "%d", i);
        tree_link(name, target);
        strcpy(target, name);
    }
    assert_accepted(tree_path("40"));
    assert_int_equal(access(tree_path("40"), X_OK), 0);
    assert_refused(tree_path("41"), "more than 40 symbolic links", NULL);
    assert_int_equal(access(tree_path("41"), X_OK), -1);
    assert_int_equal(errno, ELOOP);
}

static void a_path_that_is_too_long_is_refused(void **state)
{
    char path[PATH_MAX + 64], name[NAME_MAX + 3];

    memset(path, 'x', sizeof(path));
    for (size_t i = 0; i < sizeof(path); i += 100)
        path[i] = '/';
    path[sizeof(path) - 1] = '\0';
    assert_refused(path, "longer than 4095 bytes", NULL);
    memset(name, 'x', sizeof(name));
    name[sizeof(name) - 1] = '\0';
    assert_refused(tree_path(name), "longer", NULL);
}

static void links_that_grow_the_path_without_end_are_refused(void **state)
{
    char target[PATH_MAX] = "grow";

    for (size_t i = 0; i < 500; i++)
        strcat(target, "/./././");
    tree_link("grow", target);
    assert_refused(tree_path("grow"), "longer than 4095 bytes", NULL);
}

static void a_link_that_differs_for_each_process_is_refused(void **state)
{
    tree_link("link", "/proc/self/exe");
    assert_refused(tree_path("link"), "/proc/self", "differs for each process", NULL);
    assert_refused("/proc/self/cwd/qemu", "/proc/self", "differs for each process", NULL);
}

static void a_second_name_in_a_sticky_folder_is_refused(void **state)
{
    tree_folder("sticky", 01777);
    tree_script("sticky/one");
    assert_accepted(tree_path("sticky/one"));
    assert_int_equal(link("sticky/one", "sticky/two"), 0);
    assert_refused(tree_path("sticky/two"), tree_path("sticky/two"), "more than one name", NULL);
}

/* Runs a script, without a shell that would run it itself; answers with 0 or the kernel's error. */

/* A #! line whose interpreter's path ends just where the kernel can still see that it ends. */

static void in_a_session_the_users_own_files_are_trusted_and_no_others(void **state)
{
    auto_free char *problem = NULL;

    tree_needs_root();
    tree_folder("home", 0755);
    tree_script("home/qemu");
    tree_give_away("home");
    tree_give_away("home/qemu");
    assert_int_equal(vet_script(tree_path("home/qemu"), TREE_STRANGER, &problem), 0);
    assert_int_equal(chown("home", 0, 0), 0);
    assert_int_equal(vet_script(tree_path("home/qemu"), TREE_STRANGER, &problem), 0);
    assert_int_equal(chown("home/qemu", 1, 1), 0);
    assert_int_equal(vet_script(tree_path("home/qemu"), TREE_STRANGER, &problem), VET_E_REFUSED);
    assert_non_null(strstr(problem, "belongs to uid 1: only root and uid 65534 may own"));
}

static void a_name_cannot_steer_the_terminal_or_the_shell_of_who_reads_the_sentence(void **state)
{
    static const char name[] = "a\n\033[2Jb";
    auto_free char *problem = NULL;

    tree_file(name, TREE_SCRIPT, 0775);
    assert_int_equal(vet_script(tree_path(name), geteuid(), &problem), VET_E_REFUSED);
    assert_null(strpbrk(problem, "\n\033"));
    assert_non_null(strstr(problem, "a\\x0a\\x1b[2Jb can be written"));
    assert_non_null(strstr(problem, "run chmod g-w on it"));
    tree_file("x;reboot", TREE_SCRIPT, 0775);
    assert_refused(tree_path("x;reboot"), "run chmod g-w on it", NULL);
}

static void a_sentence_about_a_long_path_is_short_enough_for_a_packet(void **state)
{
    char path[PATH_MAX];
    auto_free char *problem = NULL;

    memset(path, '/', sizeof(path));
    for (size_t i = 0; i + 200 < sizeof(path); i += 200)
        memset(path + i + 1, '\001', 199);
    path[PATH_MAX - 1] = '\0';
    assert_int_equal(vet_script(path, geteuid(), &problem), VET_E_REFUSED);
    assert_true(strlen(problem) < 4096);
    assert_true(strlen(problem) > 100);
}

static void vetting_leaves_no_descriptor_open(void **state)
{
    size_t before = tree_open_descriptors();

    tree_script("good");
    tree_file("bad", "#!/nowhere/sh\n", 0755);
    tree_link("loop", "loop");
    tree_folder("folder", 0755);
    assert_accepted(tree_path("good"));
    assert_refused(tree_path("bad"), NULL);
    assert_refused(tree_path("loop"), NULL);
    assert_refused(tree_path("folder"), NULL);
    assert_int_equal(tree_open_descriptors(), before);
}

static void a_folder_of_scripts_is_vetted_as_the_way_to_a_script_is(void **state)
{
    auto_free char *problem = NULL, *other = NULL;

    tree_folder("qemu.d", 0755);
    tree_link("link", "qemu.d");
    assert_int_equal(vet_directory(tree_path("qemu.d"), geteuid(), &problem), 0);
    assert_int_equal(vet_directory(tree_path("link"), geteuid(), &problem), 0);
    chmod("qemu.d", 0775);
    assert_int_equal(vet_directory(tree_path("link"), geteuid(), &problem), VET_E_REFUSED);
    assert_non_null(strstr(problem, "can be written by its group"));
    tree_script("file");
    assert_int_equal(vet_directory(tree_path("file"), geteuid(), &other), VET_E_REFUSED);
    assert_non_null(strstr(other, "is not a directory"));
}

static void a_file_that_is_only_read_needs_no_interpreter(void **state)
{
    auto_free char *problem = NULL;

    tree_file("conf", "#!none\n", 0644);
    assert_int_equal(vet_file(tree_path("conf"), geteuid(), &problem), 0);
    chmod("conf", 0664);
    assert_int_equal(vet_file(tree_path("conf"), geteuid(), &problem), VET_E_REFUSED);
}

#define TEST(function) cmocka_unit_test_setup_teardown(function, tree_set_up, tree_tear_down)

int main(void)
{
    const struct CMUnitTest tests[] = {
        TEST(a_script_that_only_root_can_change_is_accepted),
        TEST(a_program_of_the_system_is_accepted_through_its_links),
        TEST(a_relative_path_is_refused),
        TEST(a_missing_file_is_refused_by_name),
        TEST(a_file_that_others_can_write_is_refused_with_the_mend),
        TEST(a_folder_that_others_can_write_is_refused_at_each_depth),
        TEST(anothers_file_or_folder_is_refused_at_each_depth),
        TEST(a_setuid_or_setgid_file_is_refused),
        TEST(what_is_no_regular_file_is_refused_without_opening_it),
        TEST(a_file_where_a_folder_must_be_is_refused),
        TEST(links_to_trusted_files_are_followed),
        TEST(dots_after_a_link_lead_where_the_kernel_goes),
        TEST(a_link_of_another_users_is_refused),
        TEST(a_dangling_link_is_refused_and_named),
        TEST(a_loop_of_links_is_refused),
        TEST(as_many_links_are_followed_as_the_kernel_follows),
        TEST(a_path_that_is_too_long_is_refused),
        TEST(links_that_grow_the_path_without_end_are_refused),
        TEST(a_link_that_differs_for_each_process_is_refused),
        TEST(a_second_name_in_a_sticky_folder_is_refused),
        TEST(in_a_session_the_users_own_files_are_trusted_and_no_others),
        TEST(a_name_cannot_steer_the_terminal_or_the_shell_of_who_reads_the_sentence),
        TEST(a_sentence_about_a_long_path_is_short_enough_for_a_packet),
        TEST(vetting_leaves_no_descriptor_open),
        TEST(a_folder_of_scripts_is_vetted_as_the_way_to_a_script_is),
        TEST(a_file_that_is_only_read_needs_no_interpreter),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
