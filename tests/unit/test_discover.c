/*
 * Which files run for a call, in which order, and which are passed over with what words.
 * Trees of real files.
 *
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */
#include "discovery.h"
#include "folder.h"
#include "message.h"

#include <sys/socket.h>
#include <sys/un.h>

static void no_hooks_folder_is_no_script(void **state)
{
    assert_int_equal(look("qemu", "g", "start", "begin"), 0);
    assert_runs(NULL);
}

static void the_main_script_runs_before_the_folders_in_byte_order(void **state)
{
    tree_folder("hooks", 0755);
    tree_folder("hooks/qemu.d", 0755);
    tree_script("hooks/qemu.d/b");
    tree_script("hooks/qemu.d/9");
    tree_script("hooks/qemu.d/10");
    tree_script("hooks/qemu.d/B.sh");
    tree_script("hooks/qemu.d/\303\251");
    tree_script("hooks/qemu");
    tree_script("hooks/network");
    assert_int_equal(look("qemu", "g", "start", "begin"), 0);
    assert_runs("qemu", "qemu.d/10", "qemu.d/9", "qemu.d/B.sh", "qemu.d/b", "qemu.d/\303\251",
                NULL);
    assert_int_equal(found.passed_count, 0);
}

static void leftovers_are_passed_over_and_told(void **state)
{
    static const char *const names[] = {"a~",          "a.bak",      "a.orig",    "a.rej",
                                        "a.rpmsave",   "a.rpmnew",   "a.rpmorig", "a.dpkg-old",
                                        "a.dpkg-dist", "a.dpkg-new", ".a",        ".a.sh"};
    char name[64];

    tree_folder("hooks", 0755);
    tree_folder("hooks/qemu.d", 0755);
    for (size_t i = 0; i < sizeof(names) / sizeof(names[0]); i++) {
        snprintf(name, sizeof(name), "hooks/qemu.d/%s", names[i]);
        tree_script(name);
    }
    tree_script("hooks/qemu.d/a.bak.sh");
    tree_script("hooks/qemu.d/bak");
    assert_int_equal(look("qemu", "g", "start", "begin"), 0);
    assert_runs("qemu.d/a.bak.sh", "qemu.d/bak", NULL);
    for (size_t i = 0; i < sizeof(names) / sizeof(names[0]); i++) {
        snprintf(name, sizeof(name), "qemu.d/%s", names[i]);
        assert_passed_over(name, "its name", "rename it", NULL);
    }
    assert_int_equal(found.passed_count, sizeof(names) / sizeof(names[0]));
}

static void a_file_that_is_not_executable_is_told_with_the_mend(void **state)
{
    tree_folder("hooks", 0755);
    tree_folder("hooks/qemu.d", 0755);
    tree_file("hooks/qemu", TREE_SCRIPT, 0644);
    tree_file("hooks/qemu.d/a", TREE_SCRIPT, 0644);
    tree_script("hooks/qemu.d/b");
    assert_int_equal(look("qemu", "g", "start", "begin"), 0);
    assert_runs("qemu.d/b", NULL);
    assert_passed_over("qemu", "not executable", "run chmod +x /tmp/", NULL);
    assert_passed_over("qemu.d/a", "not executable", "run chmod +x /tmp/", NULL);
}

static void outside_a_session_any_execute_bit_counts(void **state)
{
    tree_needs_root();
    tree_folder("hooks", 0755);
    tree_folder("hooks/qemu.d", 0755);
    tree_file("hooks/qemu.d/group", TREE_SCRIPT, 0654);
    tree_file("hooks/qemu.d/others", TREE_SCRIPT, 0645);
    tree_file("hooks/qemu.d/owner", TREE_SCRIPT, 0744);
    assert_int_equal(look("qemu", "g", "start", "begin"), 0);
    assert_runs("qemu.d/group", "qemu.d/others", "qemu.d/owner", NULL);
}

static void in_a_session_executable_means_by_that_user(void **state)
{
    tree_needs_root();
    tree_folder("hooks", 0755);
    tree_folder("hooks/qemu.d", 0755);
    tree_script("hooks/qemu.d/all");
    tree_file("hooks/qemu.d/mine", TREE_SCRIPT, 0744);
    tree_give_away("hooks/qemu.d/mine");
    tree_file("hooks/qemu.d/roots", TREE_SCRIPT, 0744);
    place.session_uid = TREE_STRANGER;
    assert_int_equal(seteuid(TREE_STRANGER), 0);
    assert_int_equal(look("qemu", "g", "start", "begin"), 0);
    assert_int_equal(seteuid(0), 0);
    assert_runs("qemu.d/all", "qemu.d/mine", NULL);
    assert_passed_over("qemu.d/roots", "not executable", NULL);
}

static void what_is_no_file_is_told_without_opening_it(void **state)
{
    struct sockaddr_un address = {.sun_family = AF_UNIX, .sun_path = "hooks/qemu.d/socket"};
    auto_close int fd = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0);

    tree_folder("hooks", 0755);
    tree_folder("hooks/qemu.d", 0755);
    assert_int_equal(bind(fd, (struct sockaddr *)&address, sizeof(address)), 0);
    assert_int_equal(mkfifo("hooks/qemu.d/fifo", 0755), 0);
    tree_link("hooks/qemu.d/dangling", "nowhere");
    tree_link("hooks/qemu.d/loop", "loop");
    tree_link("hooks/qemu.d/null", "/dev/null");
    assert_int_equal(look("qemu", "g", "start", "begin"), 0);
    assert_runs(NULL);
    assert_passed_over("qemu.d/socket", "socket", NULL);
    assert_passed_over("qemu.d/fifo", "FIFO", NULL);
    assert_passed_over("qemu.d/dangling", "leads nowhere", NULL);
    assert_passed_over("qemu.d/loop", "loop", NULL);
    assert_passed_over("qemu.d/null", "device", NULL);
}

static void folders_in_the_drivers_folder_are_neither_run_nor_told(void **state)
{
    tree_folder("hooks", 0755);
    tree_folder("hooks/qemu.d", 0755);
    tree_folder("hooks/qemu.d/guest", 0755);
    tree_folder("hooks/qemu.d/old.bak", 0755);
    tree_script("hooks/qemu.d/guest/start");
    assert_int_equal(look("qemu", "guest", "start", "begin"), 0);
    assert_runs(NULL);
    assert_int_equal(found.passed_count, 0);
}

static void a_folder_and_a_file_in_each_others_place_are_told(void **state)
{
    tree_folder("hooks", 0755);
    tree_folder("hooks/qemu", 0755);
    tree_script("hooks/qemu.d");
    assert_int_equal(look("qemu", "g", "start", "begin"), 0);
    assert_runs(NULL);
    assert_passed_over("qemu", "is a directory", NULL);
    assert_passed_over("qemu.d", "no directory", NULL);
}

static void links_keep_their_own_name(void **state)
{
    tree_folder("hooks", 0755);
    tree_folder("shared", 0755);
    tree_script("shared/script");
    tree_link("hooks/qemu", "../shared/script");
    tree_link("hooks/qemu.d", "../shared");
    assert_int_equal(look("qemu", "g", "start", "begin"), 0);
    assert_runs("qemu", "qemu.d/script", NULL);
}

static void the_shim_is_never_a_script_by_whatever_name(void **state)
{
    tree_folder("hooks", 0755);
    tree_folder("hooks/qemu.d", 0755);
    tree_script("shim");
    tree_link("hooks/qemu", "../shim");
    tree_link("hooks/qemu.d/two", "../qemu");
    assert_int_equal(link("shim", "hooks/qemu.d/one"), 0);
    tree_script("hooks/qemu.d/other");
    place.shim = tree_path("shim");
    assert_int_equal(look("qemu", "g", "start", "begin"), 0);
    assert_runs("qemu.d/other", NULL);
    assert_passed_over("qemu", "virthook's own shim", NULL);
    assert_passed_over("qemu.d/one", "virthook's own shim", NULL);
    assert_passed_over("qemu.d/two", "virthook's own shim", NULL);
}

static void a_shim_that_is_not_installed_changes_nothing(void **state)
{
    tree_folder("hooks", 0755);
    tree_script("hooks/qemu");
    place.shim = tree_path("none");
    assert_int_equal(look("qemu", "g", "start", "begin"), 0);
    assert_runs("qemu", NULL);
}

static void a_refused_script_keeps_its_place_and_says_why(void **state)
{
    tree_folder("hooks", 0755);
    tree_folder("hooks/qemu.d", 0755);
    tree_script("hooks/qemu");
    tree_file("hooks/qemu.d/a", TREE_SCRIPT, 0775);
    tree_script("hooks/qemu.d/b");
    assert_int_equal(look("qemu", "g", "start", "begin"), 0);
    assert_runs("qemu", "qemu.d/a", "qemu.d/b", NULL);
    assert_null(found.scripts[0].problem);
    assert_non_null(strstr(found.scripts[1].problem, "can be written by its group"));
    assert_null(found.scripts[2].problem);
}

static void a_folder_that_others_can_write_refuses_all_scripts_in_it(void **state)
{
    tree_folder("hooks", 0755);
    tree_folder("hooks/qemu.d", 0757);
    tree_script("hooks/qemu");
    tree_script("hooks/qemu.d/a");
    tree_script("hooks/qemu.d/b");
    assert_int_equal(look("qemu", "g", "start", "begin"), 0);
    assert_runs("qemu", "qemu.d/a", "qemu.d/b", NULL);
    assert_null(found.scripts[0].problem);
    for (size_t i = 1; i < 3; i++)
        assert_non_null(strstr(found.scripts[i].problem, "qemu.d can be written by everybody"));
}

static void a_new_script_is_seen_at_the_next_call(void **state)
{
    tree_folder("hooks", 0755);
    assert_int_equal(look("qemu", "g", "start", "begin"), 0);
    assert_runs(NULL);
    tree_script("hooks/qemu");
    assert_int_equal(look("qemu", "g", "start", "begin"), 0);
    assert_runs("qemu", NULL);
    chmod("hooks/qemu", 0644);
    assert_int_equal(look("qemu", "g", "start", "begin"), 0);
    assert_runs(NULL);
}

static void a_folder_that_cannot_be_read_is_an_error_and_not_an_empty_one(void **state)
{
    tree_link("hooks", "hooks");
    assert_int_equal(look("qemu", "g", "start", "begin"), -ELOOP);
    unlink("hooks");
    tree_script("hooks");
    assert_int_equal(look("qemu", "g", "start", "begin"), -ENOTDIR);
    unlink("hooks");
    tree_folder("hooks", 0755);
    tree_link("hooks/qemu.d", "qemu.d");
    assert_int_equal(look("qemu", "g", "start", "begin"), -ELOOP);
}

static void a_folder_that_may_not_be_read_is_an_error(void **state)
{
    int r;

    tree_needs_root();
    tree_folder("hooks", 0755);
    tree_folder("hooks/qemu.d", 0700);
    assert_int_equal(seteuid(TREE_STRANGER), 0);
    r = look("qemu", "g", "start", "begin");
    assert_int_equal(seteuid(0), 0);
    assert_int_equal(r, -EACCES);
}

static void as_many_scripts_run_as_the_protocol_carries(void **state)
{
    char name[64];

    tree_folder("hooks", 0755);
    tree_folder("hooks/qemu.d", 0755);
    for (int i = 0; i < PROTOCOL_SCRIPTS_MAX; i++) {
        snprintf(name, sizeof(name), "hooks/qemu.d/%04d", i);
        tree_script(name);
    }
    assert_int_equal(look("qemu", "g", "start", "begin"), 0);
    assert_int_equal(found.count, PROTOCOL_SCRIPTS_MAX);
    assert_string_equal(found.scripts[PROTOCOL_SCRIPTS_MAX - 1].path,
                        tree_path("hooks/qemu.d/1023"));
    tree_script("hooks/qemu");
    assert_int_equal(look("qemu", "g", "start", "begin"), DISCOVER_E_TOO_MANY);
}

static void a_folder_of_too_many_names_is_refused(void **state)
{
    char name[64];

    tree_folder("hooks", 0755);
    tree_folder("hooks/qemu.d", 0755);
    for (int i = 0; i < FOLDER_NAMES_MAX; i++) {
        snprintf(name, sizeof(name), "hooks/qemu.d/%05d~", i);
        assert_int_equal(mknod(name, S_IFREG | 0755, 0), 0);
    }
    assert_int_equal(look("qemu", "g", "start", "begin"), 0);
    assert_int_equal(found.passed_count, FOLDER_NAMES_MAX);
    tree_script("hooks/qemu.d/one");
    assert_int_equal(look("qemu", "g", "start", "begin"), DISCOVER_E_TOO_MANY);
}

static void a_driver_that_is_no_name_leads_to_no_file(void **state)
{
    tree_folder("hooks", 0755);
    tree_script("qemu");
    assert_int_equal(look("../qemu", "g", "start", "begin"), -EINVAL);
    assert_int_equal(look("..", "g", "start", "begin"), -EINVAL);
    assert_int_equal(look("", "g", "start", "begin"), -EINVAL);
}

static void looking_leaves_no_descriptor_open(void **state)
{
    size_t before = tree_open_descriptors();

    tree_folder("hooks", 0755);
    tree_folder("hooks/qemu.d", 0755);
    tree_script("hooks/qemu");
    tree_file("hooks/qemu.d/a", TREE_SCRIPT, 0775);
    assert_int_equal(look("qemu", "g", "start", "begin"), 0);
    tree_link("hooks/lxc.d", "lxc.d");
    assert_int_equal(look("lxc", "g", "start", "begin"), -ELOOP);
    assert_int_equal(tree_open_descriptors(), before);
}

#define TEST(function) \
    cmocka_unit_test_setup_teardown(function, discovery_set_up, discovery_tear_down)

int main(void)
{
    const struct CMUnitTest tests[] = {
        TEST(no_hooks_folder_is_no_script),
        TEST(the_main_script_runs_before_the_folders_in_byte_order),
        TEST(leftovers_are_passed_over_and_told),
        TEST(a_file_that_is_not_executable_is_told_with_the_mend),
        TEST(outside_a_session_any_execute_bit_counts),
        TEST(in_a_session_executable_means_by_that_user),
        TEST(what_is_no_file_is_told_without_opening_it),
        TEST(folders_in_the_drivers_folder_are_neither_run_nor_told),
        TEST(a_folder_and_a_file_in_each_others_place_are_told),
        TEST(links_keep_their_own_name),
        TEST(the_shim_is_never_a_script_by_whatever_name),
        TEST(a_shim_that_is_not_installed_changes_nothing),
        TEST(a_refused_script_keeps_its_place_and_says_why),
        TEST(a_folder_that_others_can_write_refuses_all_scripts_in_it),
        TEST(a_new_script_is_seen_at_the_next_call),
        TEST(a_folder_that_cannot_be_read_is_an_error_and_not_an_empty_one),
        TEST(a_folder_that_may_not_be_read_is_an_error),
        TEST(as_many_scripts_run_as_the_protocol_carries),
        TEST(a_folder_of_too_many_names_is_refused),
        TEST(a_driver_that_is_no_name_leads_to_no_file),
        TEST(looking_leaves_no_descriptor_open),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
