/*
 * What virthook.conf says of events: its keys and event sections, right and wrong, and what they
 * mean for a script.
 *
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */
#include "event_choice.h"
#include "event_names.h"
#include "loading.h"
#include "names.h"

static const struct event_names booted = {"domain", "web", "started", "booted"};
static const struct event_names crashed = {"domain", "web", "stopped", "crashed"};
static const struct event_names net = {"network", "default", "started", "-"};

static bool is_in_set(const char *kind)
{
    size_t index;

    assert_true(event_kind_find(kind, &index));
    return loaded->events_set & (1U << index);
}

static void the_defaults_are_those_that_the_file_tells(void **state)
{
    assert_loads("");
    assert_string_equal(strrchr(loaded->events, '/'), "/events.d");
    assert_string_equal(strrchr(loaded->events_script, '/'), "/events");
    assert_int_equal(loaded->events_script_line, 0);
    assert_int_equal(loaded->events_deadline_ms, 600000);
    assert_int_equal(loaded->events_retries, 5);
    for (size_t i = 0; name_kind_at(i); i++)
        assert_true(is_in_set(name_kind_at(i)));
}

static void in_a_session_scripts_of_events_are_the_users_own(void **state)
{
    assert_int_equal(setenv("XDG_CONFIG_HOME", "/c", 1), 0);
    assert_int_equal(config_load(tree_path("missing"), false, TREE_STRANGER, &loaded, &complaint),
                     0);
    assert_string_equal(loaded->events, "/c/virthook/events.d");
    assert_string_equal(loaded->events_script, "/c/virthook/events");
    assert_int_equal(loaded->events_script_line, 0);
}

static void each_key_is_taken(void **state)
{
    assert_loads("events = /srv/events\nevents_script = '/etc/libvirt/events'\n"
                 "events_set = \"daemon  domain\"\nevents_deadline = 1800\nevents_retries = 0\n");
    assert_string_equal(loaded->events, "/srv/events");
    assert_string_equal(loaded->events_script, "/etc/libvirt/events");
    assert_int_equal(loaded->events_script_line, 2);
    assert_true(is_in_set("daemon") && is_in_set("domain"));
    assert_false(is_in_set("network") || is_in_set("storage-pool") || is_in_set("node-device") ||
                 is_in_set("secret"));
    assert_int_equal(loaded->events_deadline_ms, 1800000);
    assert_int_equal(loaded->events_retries, 0);
}

static void no_kind_is_a_set_too(void **state)
{
    assert_loads("events_set = none\n");
    assert_int_equal(loaded->events_set, 0);
}

static void a_wrong_value_of_a_key_is_refused_with_its_line(void **state)
{
    assert_complains(2, "\nevents_set = 'daemon domian'", "'domian' is no kind",
                     "did you mean 'domain'?", NULL);
    assert_complains(1, "events_set = 'qemu'", "'qemu' is no kind", "storage-pool, node-device",
                     NULL);
    assert_complains(1, "events_set = 'dom*'", "'dom*' is no kind", NULL);
    assert_complains(1, "events = events.d", "events takes a path", NULL);
    assert_complains(1, "events_script = events", "events_script takes a path", NULL);
    assert_complains(1, "events_deadline = 3601", "seconds from 0.1 to 3600", "'3601'", NULL);
    assert_complains(1, "events_deadline = 10min", "'10min'", NULL);
    assert_complains(1, "events_retries = 1001", "a number from 0 to 1000", NULL);
    assert_complains(1, "events_retires = 1", "did you mean 'events_retries'?", NULL);
}

static void a_word_that_no_event_has_is_refused_with_the_nearest(void **state)
{
    assert_complains(3, "event x {\nprofile = isolated\nkind = domian\n}", "'domian' is no kind",
                     "did you mean 'domain'?", NULL);
    assert_complains(2, "event x {\nevent = strated\nprofile = isolated\n}",
                     "'strated' is no event", "did you mean 'started'?", NULL);
    assert_complains(3, "event x {\nkind = network\nevent = reboot\nprofile = isolated\n}",
                     "'reboot' is no event of kind network", "defined, undefined, started, stopped",
                     NULL);
    assert_complains(2, "event x {\ndetail = 'crashd'\nevent = stopped\nretries = 1\n}",
                     "'crashd' is no detail of event stopped", "did you mean 'crashed'?", NULL);
    assert_complains(4, "event x {\nkind = domain\nevent = reboot\ndetail = guest\nretries = 1\n}",
                     "'guest' is no detail of event reboot", "write one of -", NULL);
}

static void a_pattern_that_fits_nothing_is_refused_and_one_that_fits_something_is_not(void **state)
{
    assert_complains(1, "event x { kind = 'q*' retries = 1 }", "'q*' is no kind", NULL);
    assert_complains(1, "event x { event = 'beg*' retries = 1 }", "'beg*' is no event", NULL);
    assert_complains(1, "event x { event = '[' retries = 1 }", "is no pattern", NULL);
    assert_complains(1, "event x { object = 'a/b' retries = 1 }", "cannot be an object", NULL);
    assert_loads("event x { kind = '[dn]*' event = 'st*' detail = 'crash*' retries = 1 }\n"
                 "event y { event = unknown retries = 1 }\n"
                 "event z { kind = daemon event = lost detail = coalesced retries = 1 }\n");
}

static void a_section_has_a_name_and_says_something_once(void **state)
{
    assert_complains(1, "event '' { retries = 1 }", "1 to 64 bytes", NULL);
    assert_complains(2, "\nevent x { kind = domain }", "event 'x' changes nothing", NULL);
    assert_complains(1, "event x { kind = domain kind = domain retries = 1 }", "kind stands", NULL);
    assert_complains(1, "event x { script = /a script = /b }", "script stands", NULL);
    assert_complains(1, "event x { retries = 1 retries = 1 }", "retries stands", NULL);
    assert_complains(1, "event x { timeout = 1 timeout = 1 }", "timeout stands", NULL);
    assert_complains(1, "event x { profile = isolated profile = isolated }", "profile stands",
                     NULL);
    assert_complains(1, "event x { deadline = 1 }", "'deadline'", NULL);
    assert_complains(1, "event x { evnt = reboot }", "did you mean 'event'?", NULL);
    assert_complains(2, "event x { retries = 1 }\nevent x { retries = 1 }", "'x'", NULL);
}

static void a_script_is_named_by_its_one_path(void **state)
{
    static const char *const wrong[] = {"a", "/a/", "/a//b", "/a/./b", "/a/../b", "/..", "/.", "/"};

    for (size_t i = 0; i < sizeof(wrong) / sizeof(wrong[0]); i++) {
        char text[64];

        snprintf(text, sizeof(text), "event x { script = '%s' }", wrong[i]);
        assert_complains(1, text, "is no script's path", NULL);
    }
    assert_loads("event x { script = '/a/.b/..c/d' }");
    assert_string_equal(loaded->event_rules.rules[0].script, "/a/.b/..c/d");
}

static void sections_name_so_many_scripts_and_each_as_often_as_they_like(void **state)
{
    char text[8192] = "";
    size_t length = 0;

    for (int i = 0; i < 2 * 64; i++)
        length += (size_t)snprintf(text + length, sizeof(text) - length,
                                   "event e%d { script = /s%d }\n", i, i / 2);
    assert_loads(text);
    snprintf(text + length, sizeof(text) - length, "event x { script = /x }\n");
    assert_complains(129, text, "one script more than the 64", "folder of events", NULL);
}

static void other_values_of_a_section_are_held_to_their_range(void **state)
{
    assert_complains(1, "event x { timeout = 3601 }", "seconds from 0.1 to 3600", NULL);
    assert_complains(1, "event x { timeout = 0 }", "'0'", NULL);
    assert_complains(1, "event x { retries = 1001 }", "a number from 0 to 1000", NULL);
    assert_complains(1, "event x { retries = -1 }", "'-1'", NULL);
    assert_complains(1, "event x { profile = 'a b' }", "cannot be a profile's name", NULL);
    assert_complains(2, "event x {\nprofile = isolatd }", "there is no profile 'isolatd'",
                     "did you mean 'isolated'?", NULL);
}

static void assert_choice(const struct event_names *names, const char *path, const char *profile,
                          uint64_t timeout_ms, unsigned int retries)
{
    const struct event_choice choice = event_choose(loaded, names, path);

    assert_string_equal(choice.profile, profile);
    assert_int_equal(choice.timeout_ms, timeout_ms);
    assert_int_equal(choice.retries, retries);
}

static void a_script_that_no_section_fits_has_the_defaults_and_rules_are_not_for_it(void **state)
{
    assert_loads("default_profile = unconfined\nrule all { profile = isolated }\n"
                 "event n { kind = network profile = isolated timeout = 7 retries = 1 }\n");
    assert_choice(&booted, "/s", "unconfined", 0, 5);
    assert_choice(&net, "/s", "isolated", 7000, 1);
}

static void for_each_value_the_first_section_that_fits_and_sets_it_counts(void **state)
{
    assert_loads("event a { event = stopped timeout = 7 }\n"
                 "event b { kind = domain retries = 0 }\n"
                 "event c { object = 'w*' timeout = 9 retries = 2 profile = unconfined }\n");
    assert_choice(&booted, "/s", "unconfined", 9000, 0);
    assert_choice(&crashed, "/s", "unconfined", 7000, 0);
    assert_choice(&net, "/s", "isolated", 0, 5);
}

static void a_section_whose_script_it_is_comes_before_all_and_is_for_no_other(void **state)
{
    assert_loads("event a { profile = isolated timeout = 7 }\n"
                 "event b { script = /s detail = crashed profile = unconfined retries = 3 }\n");
    assert_choice(&crashed, "/s", "unconfined", 7000, 3);
    assert_choice(&crashed, "/t", "isolated", 7000, 5);
    assert_choice(&booted, "/s", "isolated", 7000, 5);
}

static void a_section_may_be_for_found_scripts_of_a_pattern_and_runs_none(void **state)
{
    const struct event_rule *after = NULL;

    assert_loads("event a { timeout = 7 }\n"
                 "event b { for = '*-notify' profile = unconfined }\n"
                 "event c { for = '/d/[a-c]' kind = domain timeout = 9 }\n");
    assert_choice(&booted, "/d/10-notify", "unconfined", 7000, 5);
    assert_choice(&booted, "/d/b", "isolated", 9000, 5);
    assert_choice(&net, "/d/b", "isolated", 7000, 5);
    assert_choice(&booted, "/e/b", "isolated", 7000, 5);
    assert_null(event_rules_next_script(&loaded->event_rules, &booted, after));
    assert_complains(1, "event x { for = 'a/b' retries = 1 }", "can fit no script", NULL);
    assert_complains(1, "event x { for = '[' retries = 1 }", "can fit no script", NULL);
    assert_complains(1, "event x { for = a for = b retries = 1 }", "for stands", NULL);
    assert_complains(1, "event x { for = a script = /b }", "write one of them", NULL);
    assert_complains(1, "event x { for = a }", "changes nothing", NULL);
}

static void the_deadline_is_the_longest_timeout_that_fits_and_never_less_than_the_key(void **state)
{
    const struct event_rule *rule;

    assert_loads("events_deadline = 60\n"
                 "event a { event = stopped timeout = 90 script = /s }\n"
                 "event b { event = stopped timeout = 120 }\n"
                 "event c { event = started timeout = 5 }\n");
    assert_int_equal(event_deadline(loaded, &crashed, &rule), 120000);
    assert_string_equal(rule->name, "b");
    assert_int_equal(event_deadline(loaded, &booted, &rule), 60000);
    assert_null(rule);
}

static void a_sections_script_is_run_for_what_fits_beside_those_that_are_found(void **state)
{
    struct script_list list = {};
    char text[4096];

    tree_folder("events.d", 0755);
    tree_folder("events.d/domain", 0755);
    tree_script("events.d/domain/10-all");
    tree_script("crash");
    snprintf(text, sizeof(text),
             "events = %s\nevents_script = %s\nevents_set = domain\n"
             "event c { detail = crashed script = '%s' }\n",
             tree_path("events.d"), tree_path("missing"), tree_path("crash"));
    assert_loads(text);
    assert_int_equal(event_find_scripts(loaded, &crashed, NULL, NULL, geteuid(), &list), 0);
    assert_int_equal(list.count, 3);
    assert_string_equal(list.scripts[0].path, tree_path("missing"));
    assert_non_null(list.scripts[0].problem);
    assert_string_equal(list.scripts[1].path, tree_path("events.d/domain/10-all"));
    assert_string_equal(list.scripts[2].path, tree_path("crash"));
    script_list_clear(&list);
    assert_int_equal(
        event_find_scripts(loaded, &booted, tree_path("crash"), NULL, geteuid(), &list), 0);
    assert_int_equal(list.count, 0);
    script_list_clear(&list);
    assert_int_equal(event_find_scripts(loaded, &net, NULL, NULL, geteuid(), &list), 0);
    assert_int_equal(list.count, 0);
    script_list_clear(&list);
}

static void a_profile_of_an_event_section_is_in_use(void **state)
{
    unsigned int line;

    assert_loads("event a {\nprofile = unconfined\n}\n");
    assert_true(config_uses_profile(loaded, "unconfined", &line));
    assert_int_equal(line, 2);
    assert_loads("event a {\nretries = 1\n}\n");
    assert_false(config_uses_profile(loaded, "unconfined", &line));
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, tree_set_up, loading_tear_down)

int main(void)
{
    const struct CMUnitTest tests[] = {
        TEST(the_defaults_are_those_that_the_file_tells),
        TEST(in_a_session_scripts_of_events_are_the_users_own),
        TEST(each_key_is_taken),
        TEST(no_kind_is_a_set_too),
        TEST(a_wrong_value_of_a_key_is_refused_with_its_line),
        TEST(a_word_that_no_event_has_is_refused_with_the_nearest),
        TEST(a_pattern_that_fits_nothing_is_refused_and_one_that_fits_something_is_not),
        TEST(a_section_has_a_name_and_says_something_once),
        TEST(a_script_is_named_by_its_one_path),
        TEST(sections_name_so_many_scripts_and_each_as_often_as_they_like),
        TEST(other_values_of_a_section_are_held_to_their_range),
        TEST(a_script_that_no_section_fits_has_the_defaults_and_rules_are_not_for_it),
        TEST(for_each_value_the_first_section_that_fits_and_sets_it_counts),
        TEST(a_section_whose_script_it_is_comes_before_all_and_is_for_no_other),
        TEST(a_section_may_be_for_found_scripts_of_a_pattern_and_runs_none),
        TEST(the_deadline_is_the_longest_timeout_that_fits_and_never_less_than_the_key),
        TEST(a_sections_script_is_run_for_what_fits_beside_those_that_are_found),
        TEST(a_profile_of_an_event_section_is_in_use),
    };

    return cmocka_run_group_tests_name("events of the configuration", tests, NULL, NULL);
}
