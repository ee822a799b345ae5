/*
 * Which files run for an event, in which order, and which are refused or passed over. Trees of real
 * files.
 *
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */
#include "discover_events.h"
#include "script_list.h"
#include "tree.h"

/* Where the tests look, and what the last look found. */
static struct discover_events_place place;
static struct script_list found;

static int set_up(void **state)
{
    static char events[128];
    int r = tree_set_up(state);

    snprintf(events, sizeof(events), "%s", tree_path("events.d"));
    place = (struct discover_events_place){.events = events, .session_uid = geteuid()};
    return r;
}

static int tear_down(void **state)
{
    script_list_clear(&found);
    return tree_tear_down(state);
}

static int look(const char *kind, const char *object, const char *event, const char *detail)
{
    struct event_names names = {kind, object, event, detail};

    script_list_clear(&found);
    return discover_event_scripts(&place, &names, &found);
}

/* The scripts found are these, in this order, named below the tree; the list ends in NULL. */
static void assert_runs(const char *name, ...)
{
    size_t count = 0;
    va_list names;

    va_start(names, name);
    for (; name; name = va_arg(names, const char *), count++) {
        assert_true(count < found.count);
        assert_string_equal(found.scripts[count].path, tree_path(name));
    }
    va_end(names);
    assert_int_equal(found.count, count);
}

/* The script at this place of the order is refused with words that hold `word`. */
static void assert_refused(size_t index, const char *word)
{
    assert_true(index < found.count);
    assert_non_null(found.scripts[index].problem);
    assert_non_null(strstr(found.scripts[index].problem, word));
}

static void no_folder_is_no_script(void **state)
{
    place.script = tree_path("events");
    assert_int_equal(look("domain", "web", "started", "booted"), 0);
    assert_runs(NULL);
    assert_int_equal(found.passed_count, 0);
}

static void make_tree(void)
{
    tree_folder("events.d", 0755);
    tree_folder("events.d/domain", 0755);
    tree_folder("events.d/domain/web", 0755);
    tree_folder("events.d/domain/web/stopped", 0755);
    tree_folder("events.d/network", 0755);
    tree_script("events.d/domain/20-all");
    tree_script("events.d/domain/10-all");
    tree_script("events.d/network/10-net");
    tree_script("events.d/domain/web/started");
    tree_script("events.d/domain/web/stopped/b");
    tree_script("events.d/domain/web/stopped/a");
    tree_script("events.d/domain/web/stopped/crashed");
    tree_script("events.d/domain/web/stopped/failed");
}

static void the_one_script_runs_first_then_the_kinds_then_the_objects_then_the_named(void **state)
{
    const char *named[] = {tree_path("z"), tree_path("y"), NULL};

    make_tree();
    tree_script("events");
    tree_script("y");
    tree_script("z");
    place.script = tree_path("events");
    place.named = named;
    assert_int_equal(look("domain", "web", "started", "booted"), 0);
    assert_runs("events", "events.d/domain/10-all", "events.d/domain/20-all",
                "events.d/domain/web/started", "z", "y", NULL);
    assert_int_equal(look("network", "default", "started", "-"), 0);
    assert_runs("events", "events.d/network/10-net", "z", "y", NULL);
}

static void files_named_for_a_detail_run_for_it_alone_and_last(void **state)
{
    make_tree();
    assert_int_equal(look("domain", "web", "stopped", "crashed"), 0);
    assert_runs("events.d/domain/10-all", "events.d/domain/20-all", "events.d/domain/web/stopped/a",
                "events.d/domain/web/stopped/b", "events.d/domain/web/stopped/crashed", NULL);
    assert_int_equal(look("domain", "web", "stopped", "destroyed"), 0);
    assert_runs("events.d/domain/10-all", "events.d/domain/20-all", "events.d/domain/web/stopped/a",
                "events.d/domain/web/stopped/b", NULL);
}

static void a_detail_may_be_a_folder(void **state)
{
    make_tree();
    tree_folder("events.d/domain/web/stopped/saved", 0755);
    tree_script("events.d/domain/web/stopped/saved/2");
    tree_script("events.d/domain/web/stopped/saved/1");
    assert_int_equal(look("domain", "web", "stopped", "saved"), 0);
    assert_runs("events.d/domain/10-all", "events.d/domain/20-all", "events.d/domain/web/stopped/a",
                "events.d/domain/web/stopped/b", "events.d/domain/web/stopped/saved/1",
                "events.d/domain/web/stopped/saved/2", NULL);
}

static void default_serves_objects_without_a_folder(void **state)
{
    make_tree();
    tree_folder("events.d/domain/default", 0755);
    tree_script("events.d/domain/default/started");
    assert_int_equal(look("domain", "db", "started", "booted"), 0);
    assert_runs("events.d/domain/10-all", "events.d/domain/20-all",
                "events.d/domain/default/started", NULL);
    assert_int_equal(look("domain", "web", "started", "booted"), 0);
    assert_runs("events.d/domain/10-all", "events.d/domain/20-all", "events.d/domain/web/started",
                NULL);
    assert_true(discover_events_has_folder(place.events, "domain", "web"));
    assert_false(discover_events_has_folder(place.events, "domain", "db"));
}

static void the_daemons_own_events_have_a_folder_named_by_their_object(void **state)
{
    make_tree();
    tree_folder("events.d/daemon", 0755);
    tree_folder("events.d/daemon/-", 0755);
    tree_script("events.d/daemon/-/lost");
    assert_int_equal(look("daemon", "-", "lost", "dropped"), 0);
    assert_runs("events.d/daemon/-/lost", NULL);
}

static void no_name_of_a_client_s_leads_out_of_its_place(void **state)
{
    static const char *const names[] = {"..", ".", "../domain/web", "web/../web", ""};

    make_tree();
    tree_script("started");
    for (size_t i = 0; i < sizeof(names) / sizeof(names[0]); i++) {
        assert_int_equal(look("domain", names[i], "started", "booted"), 0);
        assert_runs("events.d/domain/10-all", "events.d/domain/20-all", NULL);
        assert_int_equal(look("domain", "web", names[i], "booted"), 0);
        assert_runs("events.d/domain/10-all", "events.d/domain/20-all", NULL);
        assert_int_equal(look(names[i], "web", "started", "booted"), -EINVAL);
    }
    assert_int_equal(look("domain", "web", "stopped", "../started"), 0);
    assert_runs("events.d/domain/10-all", "events.d/domain/20-all", "events.d/domain/web/stopped/a",
                "events.d/domain/web/stopped/b", NULL);
}

static void a_script_that_is_found_twice_runs_once_where_it_was_found_first(void **state)
{
    const char *named[] = {tree_path("z"), tree_path("events.d/domain/20-all"), tree_path("z"),
                           NULL};

    make_tree();
    tree_script("z");
    place.script = tree_path("events.d/domain/20-all");
    place.named = named;
    assert_int_equal(look("domain", "db", "started", "booted"), 0);
    assert_runs("events.d/domain/20-all", "events.d/domain/10-all", "z", NULL);
}

static void a_named_script_that_is_missing_or_none_is_refused_and_the_others_run(void **state)
{
    const char *named[] = {tree_path("missing"),
                           tree_path("no/folder"),
                           tree_path("plain"),
                           tree_path("events.d"),
                           tree_path("gone.bak"),
                           tree_path("good"),
                           NULL};

    make_tree();
    tree_file("plain", TREE_SCRIPT, 0644);
    tree_script("gone.bak");
    tree_script("good");
    place.named = named;
    assert_int_equal(look("secret", "-", "defined", "-"), 0);
    assert_runs("missing", "no/folder", "plain", "events.d", "gone.bak", "good", NULL);
    assert_refused(0, "does not exist");
    assert_refused(1, "does not exist");
    assert_refused(2, "chmod +x");
    assert_refused(3, "is a directory");
    assert_refused(4, "rename it");
    assert_null(found.scripts[5].problem);
}

static void the_one_script_may_be_missing_unless_it_was_asked_for(void **state)
{
    place.script = tree_path("events");
    assert_int_equal(look("domain", "web", "started", "booted"), 0);
    assert_runs(NULL);
    place.must_exist = true;
    assert_int_equal(look("domain", "web", "started", "booted"), 0);
    assert_runs("events", NULL);
    assert_refused(0, "does not exist");
}

static void what_stands_there_and_is_no_script_is_passed_over(void **state)
{
    tree_folder("events.d", 0755);
    tree_file("events.d/domain", "", 0644);
    tree_folder("events", 0755);
    place.script = tree_path("events");
    assert_int_equal(look("domain", "web", "started", "booted"), 0);
    assert_runs(NULL);
    assert_int_equal(found.passed_count, 2);
    assert_string_equal(found.passed[0].path, tree_path("events"));
    assert_string_equal(found.passed[1].path, tree_path("events.d/domain"));
}

static void scripts_of_events_are_vetted_as_hooks_are(void **state)
{
    const char *named[] = {tree_path("open/script"), NULL};

    make_tree();
    assert_int_equal(chmod("events.d/domain/20-all", 0777), 0);
    tree_folder("open", 0777);
    tree_script("open/script");
    place.named = named;
    assert_int_equal(look("domain", "db", "started", "booted"), 0);
    assert_runs("events.d/domain/10-all", "events.d/domain/20-all", "open/script", NULL);
    assert_null(found.scripts[0].problem);
    assert_refused(1, "chmod");
    assert_refused(2, "chmod");
}

static void a_list_can_be_narrowed_to_one_of_its_scripts_and_not_widened(void **state)
{
    make_tree();
    tree_file("events.d/domain/readme", "", 0644);
    assert_int_equal(look("domain", "web", "started", "booted"), 0);
    script_list_keep_one(&found, tree_path("events.d/domain/20-all"));
    assert_runs("events.d/domain/20-all", NULL);
    assert_int_equal(found.passed_count, 0);
    assert_int_equal(look("domain", "web", "started", "booted"), 0);
    script_list_keep_one(&found, tree_path("events.d/network/10-net"));
    assert_runs(NULL);
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, set_up, tear_down)

int main(void)
{
    const struct CMUnitTest tests[] = {
        TEST(no_folder_is_no_script),
        TEST(the_one_script_runs_first_then_the_kinds_then_the_objects_then_the_named),
        TEST(files_named_for_a_detail_run_for_it_alone_and_last),
        TEST(a_detail_may_be_a_folder),
        TEST(default_serves_objects_without_a_folder),
        TEST(the_daemons_own_events_have_a_folder_named_by_their_object),
        TEST(no_name_of_a_client_s_leads_out_of_its_place),
        TEST(a_script_that_is_found_twice_runs_once_where_it_was_found_first),
        TEST(a_named_script_that_is_missing_or_none_is_refused_and_the_others_run),
        TEST(the_one_script_may_be_missing_unless_it_was_asked_for),
        TEST(what_stands_there_and_is_no_script_is_passed_over),
        TEST(scripts_of_events_are_vetted_as_hooks_are),
        TEST(a_list_can_be_narrowed_to_one_of_its_scripts_and_not_widened),
    };

    return cmocka_run_group_tests_name("discover events", tests, NULL, NULL);
}
