/*
 * The sandboxes of a configuration: all of its profiles that can be had here, or a refusal where
 * one that scripts have cannot.
 *
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */
#include "feature.h"
#include "preparing.h"

static char *unknown[] = {(char[]){"@nothing"}, NULL};
static char *programs[] = {(char[]){"/usr/bin"}, NULL};

/* A configuration of three profiles, a, b and c, of which b is the default one. */
static struct profile profiles[3];
static struct rule rule;
static struct config config;
static struct sandbox_list made;

static int set_up(void **state)
{
    static char names[][2] = {"a", "b", "c"}, path[] = "/etc/conf";

    for (size_t i = 0; i < 3; i++) {
        profiles[i] = confined();
        profiles[i].name = names[i];
    }
    rule = (struct rule){.profile = names[0], .profile_line = 7};
    config = (struct config){
        .path = path,
        .profiles = {3, profiles},
        .default_profile = names[1],
        .default_profile_line = 4,
        .rules = {1, &rule},
    };
    forget();
    return 0;
}

static int tear_down(void **state)
{
    sandboxes_clear(&made);
    forget();
    return 0;
}

static void make(const struct sandbox_host *host)
{
    if (sandboxes_prepare(host, &config, HOOKS, &made, &refusal) != 0)
        fail_msg("refused: %s", refusal);
}

static void assert_none(const struct sandbox_host *host, const char *sentence)
{
    size_t before = open_fds();

    assert_int_equal(sandboxes_prepare(host, &config, HOOKS, &made, &refusal), SANDBOX_E_REFUSED);
    assert_null(made.sandboxes);
    assert_int_equal(open_fds(), before);
    if (!strstr(refusal, sentence))
        fail_msg("\"%s\" does not say \"%s\"", refusal, sentence);
}

/* The only note but for those of the sockets that this host happens to have; NULL where none is. */
static const char *only_note(void)
{
    const char *found = NULL;

    for (size_t i = 0; i < made.notes.count; i++) {
        if (strstr(made.notes.texts[i], "lets scripts reach the socket "))
            continue;
        assert_null(found);
        found = made.notes.texts[i];
    }
    return found;
}

static void each_profile_has_its_sandbox(void **state)
{
    make(&full);
    assert_int_equal(made.count, 3);
    assert_null(only_note());
    assert_string_equal(sandbox_find(&made, "c")->profile, "c");
    assert_null(sandbox_find(&made, "d"));
}

/* How often the sandbox's plan shows the path. */
static size_t count_shown(const struct sandbox *of, const char *path)
{
    _Alignas(struct plan) static char text[PLAN_SIZE_MAX];
    const struct plan *read = (const struct plan *)(void *)text;
    struct plan_path shown;
    const char *cursor = NULL;
    size_t count = 0, size;

    assert_true(fd_is_final(of->plan_fd, &size));
    assert_int_equal(pread(of->plan_fd, text, size, 0), size);
    assert_true(plan_is_whole(read, size));
    while (plan_next_path(read, &cursor, &shown))
        count += shown.kind == PLAN_SHOWN && strcmp(shown.path, path) == 0;
    return count;
}

static void each_place_of_events_scripts_is_shown_to_all_once(void **state)
{
    static char events[] = "/e/events.d", script[] = "/e/one";
    static struct event_rule rules[] = {{.script = script}, {.retries = 1}, {.script = events}};

    config.events = events;
    config.events_script = script;
    config.event_rules = (struct event_rule_list){3, rules};
    make(&full);
    for (size_t i = 0; i < made.count; i++) {
        assert_int_equal(count_shown(&made.sandboxes[i], HOOKS), 1);
        assert_int_equal(count_shown(&made.sandboxes[i], events), 1);
        assert_int_equal(count_shown(&made.sandboxes[i], script), 1);
    }
}

static void one_whose_user_does_not_exist_is_left_out(void **state)
{
    profiles[2].user_missing = true;
    make(&full);
    assert_int_equal(made.count, 2);
    assert_null(sandbox_find(&made, "c"));
}

/* Also where the configuration was read by a helper that is root no longer. */
static void one_that_scripts_have_and_whose_user_does_not_exist_is_refused(void **state)
{
    profiles[0].user_missing = true;
    assert_none(&full, "/etc/conf:7: profile a cannot be used on this host: its user does not");
}

static void one_that_cannot_be_prepared_leaves_none(void **state)
{
    profiles[2].syscalls = (struct text_list){1, unknown};
    assert_none(&full, "profile c ");
}

static void one_that_nobody_uses_and_this_host_cannot_hold_is_left_out_and_noted(void **state)
{
    profiles[2].required = FEATURE_LANDLOCK;
    make(&bare);
    assert_int_equal(made.count, 2);
    assert_null(sandbox_find(&made, "c"));
    assert_non_null(only_note());
    assert_non_null(
        strstr(only_note(), "profile c cannot be used on this host: it requires landlock, but "));
}

static void one_that_a_rule_gives_to_scripts_is_refused(void **state)
{
    profiles[0].required = FEATURE_LANDLOCK;
    assert_none(&bare, "/etc/conf:7: profile a cannot be used on this host: it requires landlock");
}

static void so_is_the_default_one(void **state)
{
    profiles[1].required = FEATURE_LANDLOCK;
    assert_none(&bare, "/etc/conf:4: profile b cannot be used on this host");
    forget();
    config.default_profile_line = 0;
    assert_none(&bare, "profile b, the default one, cannot be used on this host");
}

static void a_list_of_programs_that_does_not_hold_is_noted(void **state)
{
    profiles[2].executable = (struct text_list){1, programs};
    make(&full);
    assert_null(only_note());
    sandboxes_clear(&made);
    make(&bare);
    assert_int_equal(made.count, 3);
    assert_non_null(only_note());
    assert_non_null(
        strstr(only_note(), "profile c lets scripts execute more than its list of executable"));
}

#define TEST(function) cmocka_unit_test_setup_teardown(function, set_up, tear_down)

int main(void)
{
    const struct CMUnitTest tests[] = {
        TEST(each_profile_has_its_sandbox),
        TEST(each_place_of_events_scripts_is_shown_to_all_once),
        TEST(one_whose_user_does_not_exist_is_left_out),
        TEST(one_that_scripts_have_and_whose_user_does_not_exist_is_refused),
        TEST(one_that_cannot_be_prepared_leaves_none),
        TEST(one_that_nobody_uses_and_this_host_cannot_hold_is_left_out_and_noted),
        TEST(one_that_a_rule_gives_to_scripts_is_refused),
        TEST(so_is_the_default_one),
        TEST(a_list_of_programs_that_does_not_hold_is_noted),
    };

    bpf_let_libseccomp_work();
    return cmocka_run_group_tests(tests, NULL, NULL);
}
