/*
 * All that stands below the directory of hooks: each script that some call would run, judged as
 * that call would, and the rest with the reason. Trees of real files.
 *
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */
#include "discovery.h"
#include "folder.h"
#include "script_list.h"
#include "survey.h"

static int set_up(void **state)
{
    int r = discovery_set_up(state);

    place.per_guest_layout = true;
    tree_folder("hooks", 0755);
    return r;
}

static int gather(void *owner, const struct script_list *list)
{
    for (size_t i = 0; i < list->count; i++) {
        const struct script *script = &list->scripts[i];

        assert_int_equal(script_list_add(&found, strdup(script->path),
                                         script->problem ? strdup(script->problem) : NULL),
                         0);
    }
    for (size_t i = 0; i < list->passed_count; i++)
        assert_int_equal(script_list_pass_over(&found, strdup(list->passed[i].path),
                                               strdup(list->passed[i].why)),
                         0);
    return 0;
}

static int survey(void)
{
    script_list_clear(&found);
    return survey_hooks(&place, gather, NULL);
}

/* NULL where it was not found. */
static const struct script *find(const char *name)
{
    for (size_t i = 0; i < found.count; i++) {
        if (strcmp(found.scripts[i].path + strlen(place.hooks) + 1, name) == 0)
            return &found.scripts[i];
    }
    return NULL;
}

static void assert_found(const char *name)
{
    assert_non_null(find(name));
    assert_null(find(name)->problem);
}

static void make_guest(const char *name)
{
    char path[PATH_MAX];

    snprintf(path, sizeof(path), "hooks/qemu.d/%s", name);
    tree_folder(path, 0755);
    strcat(path, "/prepare");
    tree_folder(path, 0755);
    strcat(path, "/begin");
    tree_folder(path, 0755);
    strcat(path, "/script");
    tree_script(path);
}

static void scripts_of_every_driver_and_depth_are_found(void **state)
{
    tree_script("hooks/daemon");
    tree_script("hooks/qemu");
    tree_folder("hooks/network.d", 0755);
    tree_script("hooks/network.d/10-first");
    tree_folder("hooks/qemu.d", 0755);
    make_guest("guest");
    make_guest("default");
    tree_script("hooks/qemu.d/guest/start");
    tree_script("hooks/qemu.d/guest/prepare/05-all");
    tree_script("hooks/qemu.d/guest/prepare/end");
    assert_int_equal(survey(), 0);
    assert_found("daemon");
    assert_found("qemu");
    assert_found("network.d/10-first");
    assert_found("qemu.d/guest/start");
    assert_found("qemu.d/guest/prepare/05-all");
    assert_found("qemu.d/guest/prepare/end");
    assert_found("qemu.d/guest/prepare/begin/script");
    assert_found("qemu.d/default/prepare/begin/script");
    assert_int_equal(found.count, 8);
    assert_int_equal(found.passed_count, 0);
}

/* What `discover` says of each script of a call, the survey says too. */
static void assert_judged_alike(const char *object)
{
    struct script_list of_call;

    assert_int_equal(look("qemu", object, "prepare", "begin"), 0);
    of_call = found;
    found = (struct script_list){0};
    assert_int_equal(survey(), 0);
    assert_true(of_call.count > 0);
    for (size_t i = 0; i < of_call.count; i++) {
        const struct script *same = find(of_call.scripts[i].path + strlen(place.hooks) + 1);

        assert_non_null(same);
        assert_int_equal(!same->problem, !of_call.scripts[i].problem);
        if (same->problem)
            assert_string_equal(same->problem, of_call.scripts[i].problem);
    }
    script_list_clear(&of_call);
}

static void each_is_judged_as_a_call_would(void **state)
{
    tree_folder("hooks/qemu.d", 0755);
    make_guest("guest");
    make_guest("default");
    make_guest("open");
    assert_int_equal(chmod("hooks/qemu.d/open/prepare", 0777), 0);
    tree_file("hooks/qemu", TREE_SCRIPT, 0775);
    tree_interpreted("hooks/qemu.d/10-relative", "bin/sh");
    assert_judged_alike("guest");
    assert_judged_alike("no-folder");
    assert_judged_alike("open");
    assert_non_null(strstr(find("qemu")->problem, "chmod g-w"));
    assert_non_null(find("qemu.d/open/prepare/begin/script")->problem);
    assert_null(find("qemu.d/guest/prepare/begin/script")->problem);
}

static void what_is_left_by_editors_and_packagers_is_passed_over_with_why(void **state)
{
    tree_folder("hooks/qemu.d", 0755);
    make_guest("guest");
    tree_script("hooks/qemu.d/10-hook~");
    tree_script("hooks/qemu.d/.hidden");
    tree_script("hooks/qemu.d/10-hook.rpmsave");
    tree_script("hooks/qemu.d/10-hook.dpkg-old");
    tree_script("hooks/qemu.d/guest/prepare/begin/script~");
    tree_file("hooks/qemu.d/20-plain", TREE_SCRIPT, 0644);
    assert_int_equal(survey(), 0);
    assert_int_equal(found.count, 1);
    assert_passed_over("qemu.d/10-hook~", "backup", "rename it", NULL);
    assert_passed_over("qemu.d/.hidden", "dot", "rename it", NULL);
    assert_passed_over("qemu.d/10-hook.rpmsave", "backup", "rename it", NULL);
    assert_passed_over("qemu.d/10-hook.dpkg-old", "dpkg", "rename it", NULL);
    assert_passed_over("qemu.d/guest/prepare/begin/script~", "backup", "rename it", NULL);
    assert_passed_over("qemu.d/20-plain", "not executable", "chmod +x", NULL);
}

static void what_no_call_would_ever_look_at_is_told(void **state)
{
    tree_script("hooks/README");
    tree_script("hooks/kvm");
    tree_folder("hooks/kvm.d", 0755);
    tree_script("hooks/kvm.d/10-first");
    tree_folder("hooks/network", 0755);
    tree_script("hooks/lxc.d");
    tree_folder("hooks/qemu.d", 0755);
    make_guest("guest");
    tree_script("hooks/qemu.d/guest/Notes");
    tree_folder("hooks/qemu.d/guest/prepare/Begin", 0755);
    tree_folder("hooks/qemu.d/guest/prepare/begin/deeper", 0755);
    assert_int_equal(survey(), 0);
    assert_int_equal(found.count, 1);
    assert_passed_over("README", "no driver", NULL);
    assert_passed_over("kvm", "no driver", NULL);
    assert_passed_over("kvm.d", "no driver", NULL);
    assert_passed_over("network", "a directory", ".d", NULL);
    assert_passed_over("lxc.d", "no directory", NULL);
    assert_passed_over("qemu.d/guest/Notes", "operation", NULL);
    assert_passed_over("qemu.d/guest/prepare/Begin", "sub-operation", NULL);
    assert_passed_over("qemu.d/guest/prepare/begin/deeper", "below a sub-operation", NULL);
    assert_int_equal(found.passed_count, 8);
}

static void without_the_layout_a_guests_folder_is_told_and_not_gone_into(void **state)
{
    place.per_guest_layout = false;
    tree_folder("hooks/qemu.d", 0755);
    make_guest("guest");
    assert_int_equal(survey(), 0);
    assert_int_equal(found.count, 0);
    assert_passed_over("qemu.d/guest",
                       "per_guest_layout = yes, unless a script of yours runs what is in it", NULL);
}

static void the_shim_is_told_and_is_no_script(void **state)
{
    char shim[PATH_MAX];

    tree_script("shim");
    snprintf(shim, sizeof(shim), "%s", tree_path("shim"));
    place.shim = shim;
    tree_link("hooks/qemu", "../shim");
    assert_int_equal(survey(), 0);
    assert_int_equal(found.count, 0);
    assert_passed_over("qemu", "shim", NULL);
}

static void no_directory_of_hooks_is_no_script(void **state)
{
    assert_int_equal(rmdir("hooks"), 0);
    assert_int_equal(survey(), 0);
    assert_int_equal(found.count + found.passed_count, 0);
}

static void a_folder_of_too_many_names_is_an_error(void **state)
{
    char name[64];

    tree_folder("hooks/qemu.d", 0755);
    for (size_t i = 0; i <= FOLDER_NAMES_MAX; i++) {
        snprintf(name, sizeof(name), "hooks/qemu.d/%zu", i);
        tree_link(name, "nowhere");
    }
    assert_int_equal(survey(), DISCOVER_E_TOO_MANY);
}

static void links_in_a_circle_are_followed_no_further_than_a_layout_goes(void **state)
{
    tree_folder("hooks/qemu.d", 0755);
    tree_link("hooks/qemu.d/guest", ".");
    tree_link("hooks/lxc.d", "lxc.d");
    assert_int_equal(survey(), 0);
    assert_passed_over("lxc.d", NULL);
}

static int stop(void *owner, const struct script_list *list)
{
    size_t *calls = owner;

    return ++*calls == 2 ? -ECANCELED : 0;
}

static void it_ends_when_the_taker_says_so_and_leaves_nothing_open(void **state)
{
    size_t before = tree_open_descriptors(), calls = 0;

    tree_folder("hooks/qemu.d", 0755);
    make_guest("guest");
    assert_int_equal(survey_hooks(&place, stop, &calls), -ECANCELED);
    assert_int_equal(calls, 2);
    assert_int_equal(tree_open_descriptors(), before);
}

#define TEST(function) cmocka_unit_test_setup_teardown(function, set_up, discovery_tear_down)

int main(void)
{
    const struct CMUnitTest tests[] = {
        TEST(scripts_of_every_driver_and_depth_are_found),
        TEST(each_is_judged_as_a_call_would),
        TEST(what_is_left_by_editors_and_packagers_is_passed_over_with_why),
        TEST(what_no_call_would_ever_look_at_is_told),
        TEST(without_the_layout_a_guests_folder_is_told_and_not_gone_into),
        TEST(the_shim_is_told_and_is_no_script),
        TEST(no_directory_of_hooks_is_no_script),
        TEST(a_folder_of_too_many_names_is_an_error),
        TEST(links_in_a_circle_are_followed_no_further_than_a_layout_goes),
        TEST(it_ends_when_the_taker_says_so_and_leaves_nothing_open),
    };

    return cmocka_run_group_tests_name("survey", tests, NULL, NULL);
}
