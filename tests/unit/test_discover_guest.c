/*
 * The layout of one folder per guest: which files run for which guest and operation. Trees of real
 * files.
 *
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */
#include "discovery.h"

static int set_up(void **state)
{
    int r = discovery_set_up(state);

    place.per_guest_layout = true;
    tree_folder("hooks", 0755);
    tree_folder("hooks/qemu.d", 0755);
    return r;
}

static void the_layout_is_off_unless_it_is_asked_for(void **state)
{
    tree_folder("hooks/qemu.d/g", 0755);
    tree_script("hooks/qemu.d/g/start");
    place.per_guest_layout = false;
    assert_int_equal(look("qemu", "g", "start", "begin"), 0);
    assert_runs(NULL);
    place.per_guest_layout = true;
    assert_int_equal(look("qemu", "g", "start", "begin"), 0);
    assert_runs("qemu.d/g/start", NULL);
}

static void an_operation_may_be_a_file(void **state)
{
    tree_script("hooks/qemu");
    tree_script("hooks/qemu.d/z");
    tree_folder("hooks/qemu.d/g", 0755);
    tree_script("hooks/qemu.d/g/prepare");
    tree_script("hooks/qemu.d/g/start");
    assert_int_equal(look("qemu", "g", "start", "begin"), 0);
    assert_runs("qemu", "qemu.d/z", "qemu.d/g/start", NULL);
}

static void an_operation_may_be_a_folder_of_files_in_byte_order(void **state)
{
    tree_folder("hooks/qemu.d/g", 0755);
    tree_folder("hooks/qemu.d/g/start", 0755);
    tree_script("hooks/qemu.d/g/start/b");
    tree_script("hooks/qemu.d/g/start/a");
    tree_folder("hooks/qemu.d/g/start/other", 0755);
    tree_script("hooks/qemu.d/g/start/other/no");
    assert_int_equal(look("qemu", "g", "start", "begin"), 0);
    assert_runs("qemu.d/g/start/a", "qemu.d/g/start/b", NULL);
}

static void a_sub_operation_may_be_a_file(void **state)
{
    tree_folder("hooks/qemu.d/g", 0755);
    tree_folder("hooks/qemu.d/g/start", 0755);
    tree_script("hooks/qemu.d/g/start/begin");
    tree_script("hooks/qemu.d/g/start/end");
    tree_script("hooks/qemu.d/g/start/-");
    assert_int_equal(look("qemu", "g", "start", "begin"), 0);
    assert_runs("qemu.d/g/start/begin", NULL);
    assert_int_equal(look("qemu", "g", "start", "-"), 0);
    assert_runs("qemu.d/g/start/-", NULL);
}

static void a_sub_operation_may_be_a_folder_of_files_in_byte_order(void **state)
{
    tree_folder("hooks/qemu.d/g", 0755);
    tree_folder("hooks/qemu.d/g/release", 0755);
    tree_folder("hooks/qemu.d/g/release/end", 0755);
    tree_script("hooks/qemu.d/g/release/end/2");
    tree_script("hooks/qemu.d/g/release/end/10");
    tree_folder("hooks/qemu.d/g/release/begin", 0755);
    tree_script("hooks/qemu.d/g/release/begin/no");
    assert_int_equal(look("qemu", "g", "release", "end"), 0);
    assert_runs("qemu.d/g/release/end/10", "qemu.d/g/release/end/2", NULL);
}

static void files_for_every_sub_operation_run_before_those_for_one(void **state)
{
    tree_folder("hooks/qemu.d/g", 0755);
    tree_folder("hooks/qemu.d/g/start", 0755);
    tree_script("hooks/qemu.d/g/start/always");
    tree_script("hooks/qemu.d/g/start/zz");
    tree_script("hooks/qemu.d/g/start/begin");
    assert_int_equal(look("qemu", "g", "start", "begin"), 0);
    assert_runs("qemu.d/g/start/always", "qemu.d/g/start/zz", "qemu.d/g/start/begin", NULL);
    assert_int_equal(look("qemu", "g", "start", "end"), 0);
    assert_runs("qemu.d/g/start/always", "qemu.d/g/start/zz", NULL);
}

static void default_serves_guests_without_a_folder_and_no_others(void **state)
{
    tree_folder("hooks/qemu.d/default", 0755);
    tree_script("hooks/qemu.d/default/start");
    tree_script("hooks/qemu.d/default/stopped");
    tree_folder("hooks/qemu.d/g", 0755);
    tree_script("hooks/qemu.d/g/start");
    assert_int_equal(look("qemu", "g", "start", "begin"), 0);
    assert_runs("qemu.d/g/start", NULL);
    assert_int_equal(look("qemu", "g", "stopped", "end"), 0);
    assert_runs(NULL);
    assert_int_equal(look("qemu", "h", "stopped", "end"), 0);
    assert_runs("qemu.d/default/stopped", NULL);
}

static void a_flat_script_with_a_guests_name_is_no_folder(void **state)
{
    tree_script("hooks/qemu.d/g");
    tree_folder("hooks/qemu.d/default", 0755);
    tree_script("hooks/qemu.d/default/start");
    assert_int_equal(look("qemu", "g", "start", "begin"), 0);
    assert_runs("qemu.d/g", "qemu.d/default/start", NULL);
}

static void a_guest_named_dots_leads_to_no_other_folder(void **state)
{
    tree_script("hooks/start");
    tree_folder("hooks/qemu.d/start", 0755);
    tree_script("hooks/qemu.d/start/begin");
    tree_folder("hooks/qemu.d/default", 0755);
    tree_script("hooks/qemu.d/default/start");
    assert_int_equal(look("qemu", "..", "start", "begin"), 0);
    assert_runs("qemu.d/default/start", NULL);
    assert_int_equal(look("qemu", ".", "start", "begin"), 0);
    assert_runs("qemu.d/default/start", NULL);
}

static void a_guests_name_is_never_a_path(void **state)
{
    tree_folder("hooks/qemu.d/g", 0755);
    tree_script("hooks/qemu.d/g/start");
    tree_folder("elsewhere", 0755);
    tree_script("elsewhere/start");
    assert_int_equal(look("qemu", "../../elsewhere", "start", "begin"), 0);
    assert_runs(NULL);
    assert_int_equal(look("qemu", "g/", "start", "begin"), 0);
    assert_runs(NULL);
    assert_int_equal(look("qemu", "", "start", "begin"), 0);
    assert_runs(NULL);
    assert_int_equal(look("qemu", "g", "../../../elsewhere/start", "begin"), 0);
    assert_runs(NULL);
    assert_int_equal(look("qemu", "g", "..", "begin"), 0);
    assert_runs(NULL);
}

static void names_that_libvirt_allows_are_found(void **state)
{
    char folder[NAME_MAX + 32] = "hooks/qemu.d/", longest[NAME_MAX + 2];

    memset(longest, 'x', sizeof(longest));
    longest[NAME_MAX] = '\0';
    strcat(folder, longest);
    tree_folder(folder, 0755);
    strcat(folder, "/start");
    tree_script(folder);
    tree_folder("hooks/qemu.d/a b$(c)*", 0755);
    tree_script("hooks/qemu.d/a b$(c)*/start");
    assert_int_equal(look("qemu", "a b$(c)*", "start", "begin"), 0);
    assert_runs("qemu.d/a b$(c)*/start", NULL);
    assert_int_equal(look("qemu", longest, "start", "begin"), 0);
    assert_int_equal(found.count, 1);
}

static void a_name_that_no_folder_can_have_is_served_by_default(void **state)
{
    char longer[1025];

    memset(longer, 'x', sizeof(longer));
    longer[1024] = '\0';
    tree_folder("hooks/qemu.d/default", 0755);
    tree_script("hooks/qemu.d/default/start");
    assert_int_equal(look("qemu", longer, "start", "begin"), 0);
    assert_runs("qemu.d/default/start", NULL);
}

static void leftovers_and_files_not_executable_are_told_here_too(void **state)
{
    tree_folder("hooks/qemu.d/g", 0755);
    tree_file("hooks/qemu.d/g/prepare", TREE_SCRIPT, 0644);
    tree_folder("hooks/qemu.d/g/start", 0755);
    tree_script("hooks/qemu.d/g/start/a~");
    tree_file("hooks/qemu.d/g/start/begin", TREE_SCRIPT, 0644);
    assert_int_equal(look("qemu", "g", "start", "begin"), 0);
    assert_runs(NULL);
    assert_passed_over("qemu.d/g/start/a~", "backup", NULL);
    assert_passed_over("qemu.d/g/start/begin", "not executable", NULL);
    assert_int_equal(look("qemu", "g", "prepare", "begin"), 0);
    assert_passed_over("qemu.d/g/prepare", "not executable", NULL);
}

static void a_guests_folder_that_others_can_write_refuses_what_is_in_it(void **state)
{
    tree_folder("hooks/qemu.d/g", 0775);
    tree_script("hooks/qemu.d/g/start");
    tree_script("hooks/qemu.d/flat");
    assert_int_equal(look("qemu", "g", "start", "begin"), 0);
    assert_runs("qemu.d/flat", "qemu.d/g/start", NULL);
    assert_null(found.scripts[0].problem);
    assert_non_null(strstr(found.scripts[1].problem, "qemu.d/g can be written by its group"));
}

static void a_folder_of_its_own_keeps_a_guest_from_default(void **state)
{
    tree_folder("hooks/qemu.d/own", 0755);
    tree_script("hooks/qemu.d/flat");
    assert_true(discover_has_folder(&place, "qemu", "own"));
    assert_false(discover_has_folder(&place, "qemu", "none"));
    assert_false(discover_has_folder(&place, "qemu", "flat"));
    assert_false(discover_has_folder(&place, "lxc", "own"));
    assert_false(discover_has_folder(&place, "qemu", "."));
    assert_false(discover_has_folder(&place, "qemu", "../qemu.d"));
}

#define TEST(function) cmocka_unit_test_setup_teardown(function, set_up, discovery_tear_down)

int main(void)
{
    const struct CMUnitTest tests[] = {
        TEST(the_layout_is_off_unless_it_is_asked_for),
        TEST(an_operation_may_be_a_file),
        TEST(an_operation_may_be_a_folder_of_files_in_byte_order),
        TEST(a_sub_operation_may_be_a_file),
        TEST(a_sub_operation_may_be_a_folder_of_files_in_byte_order),
        TEST(files_for_every_sub_operation_run_before_those_for_one),
        TEST(default_serves_guests_without_a_folder_and_no_others),
        TEST(a_flat_script_with_a_guests_name_is_no_folder),
        TEST(a_folder_of_its_own_keeps_a_guest_from_default),
        TEST(a_guest_named_dots_leads_to_no_other_folder),
        TEST(a_guests_name_is_never_a_path),
        TEST(names_that_libvirt_allows_are_found),
        TEST(a_name_that_no_folder_can_have_is_served_by_default),
        TEST(leftovers_and_files_not_executable_are_told_here_too),
        TEST(a_guests_folder_that_others_can_write_refuses_what_is_in_it),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
