/*
 * How rules are matched to a call and to its scripts.
 *
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */
#include "cleanup.h"
#include "rules.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdint.h>
#include <string.h>
#include <time.h>

#include <cmocka.h>

static struct rule_list list;

static void add(const char *name, const char *driver, const char *object, const char *operation)
{
    struct rule rule = {.name = strdup(name),
                        .driver = driver ? strdup(driver) : NULL,
                        .object = object ? strdup(object) : NULL,
                        .operation = operation ? strdup(operation) : NULL,
                        .deadline_ms = 1000};

    assert_int_equal(rules_add(&list, &rule), 0);
    assert_null(rule.name);
}

static int clear(void **state)
{
    rules_clear(&list);
    assert_int_equal(list.count, 0);
    return 0;
}

static const struct rule *find(const char *driver, const char *object, const char *operation)
{
    const struct rule_names names = {.driver = driver, .object = object, .operation = operation};

    return rules_find_deadline(&list, &names);
}

static void assert_match(const char *name, const char *driver, const char *object,
                         const char *operation)
{
    const struct rule *rule = find(driver, object, operation);

    assert_non_null(rule);
    assert_string_equal(rule->name, name);
}

static void no_rule_fits_where_there_is_none(void **state)
{
    assert_null(find("qemu", "g", "start"));
}

static void a_rule_without_patterns_fits_every_call(void **state)
{
    add("all", NULL, NULL, NULL);
    assert_match("all", "qemu", "g", "start");
    assert_match("all", "daemon", "-", "reload");
}

static void every_pattern_of_a_rule_must_fit(void **state)
{
    add("one", "qemu", "g", "start");
    assert_match("one", "qemu", "g", "start");
    assert_null(find("lxc", "g", "start"));
    assert_null(find("qemu", "gg", "start"));
    assert_null(find("qemu", "g", "started"));
}

static void the_first_rule_that_fits_wins(void **state)
{
    add("first", NULL, "vm-*", NULL);
    add("second", NULL, "vm-1", "start");
    add("last", NULL, NULL, NULL);
    assert_match("first", "qemu", "vm-1", "start");
    assert_match("last", "qemu", "other", "start");
}

static void patterns_are_those_of_the_shell(void **state)
{
    add("range", NULL, "vm[0-9]", NULL);
    add("one", NULL, "?", NULL);
    add("literal", NULL, "a\\*", NULL);
    add("not", NULL, "[!b]b", NULL);
    assert_match("range", "qemu", "vm7", "start");
    assert_null(find("qemu", "vmx", "start"));
    assert_match("one", "qemu", "x", "start");
    assert_match("literal", "qemu", "a*", "start");
    assert_null(find("qemu", "aa", "start"));
    assert_match("not", "qemu", "ab", "start");
    assert_null(find("qemu", "bb", "start"));
}

static void a_leading_dot_and_capital_letters_are_characters_like_others(void **state)
{
    add("dot", NULL, "*hidden", NULL);
    assert_match("dot", "qemu", ".hidden", "start");
    assert_null(find("qemu", ".HIDDEN", "start"));
}

static const struct rule *find_profile(const char *object, const char *script)
{
    const struct rule_names names = {
        .driver = "qemu", .object = object, .operation = "start", .script = script};

    return rules_find_profile(&list, &names);
}

static void add_profile(const char *name, const char *object, const char *script,
                        uint64_t deadline_ms, const char *profile)
{
    struct rule rule = {.name = strdup(name),
                        .object = object ? strdup(object) : NULL,
                        .script = script ? strdup(script) : NULL,
                        .deadline_ms = deadline_ms,
                        .profile = profile ? strdup(profile) : NULL};

    assert_int_equal(rules_add(&list, &rule), 0);
}

static void assert_profile(const char *name, const char *object, const char *script)
{
    const struct rule *rule = find_profile(object, script);

    assert_non_null(rule);
    assert_string_equal(rule->name, name);
}

static void a_script_fits_by_its_path_or_its_last_component(void **state)
{
    add_profile("path", NULL, "/etc/hooks/qemu.d/10-*", 0, "a");
    add_profile("name", NULL, "*-forward", 0, "b");
    add_profile("literal", NULL, "qemu", 0, "c");
    assert_profile("path", "g", "/etc/hooks/qemu.d/10-forward");
    assert_profile("name", "g", "/etc/hooks/qemu.d/20-forward");
    assert_profile("literal", "g", "/etc/hooks/qemu");
    assert_null(find_profile("g", "/etc/hooks/qemu.d/other"));
    assert_null(find_profile("g", "/srv/etc/hooks/qemu.d/10-x"));
    assert_null(find_profile("g", "/etc/qemu/x"));
}

static void a_star_of_a_path_goes_over_slashes(void **state)
{
    add_profile("below", NULL, "/etc/hooks/qemu.d/*", 0, "a");
    assert_profile("below", "g", "/etc/hooks/qemu.d/guest/prepare/begin");
}

static void a_rule_with_a_script_fits_no_call_without_one(void **state)
{
    add_profile("any", NULL, "*", 0, "a");
    assert_null(find_profile("g", NULL));
    assert_profile("any", "g", "/x");
}

static void the_first_rule_that_fits_and_has_a_profile_gives_it(void **state)
{
    add_profile("time", NULL, NULL, 1000, NULL);
    add_profile("guest", "vm-*", NULL, 0, "a");
    add_profile("script", NULL, "nft", 0, "b");
    add_profile("rest", NULL, NULL, 2000, "c");
    assert_profile("guest", "vm-1", "/h/nft");
    assert_profile("script", "other", "/h/nft");
    assert_profile("rest", "other", "/h/x");
}

static void the_first_rule_that_fits_and_has_a_deadline_gives_it(void **state)
{
    add_profile("profile", NULL, NULL, 0, "a");
    add_profile("both", "vm-*", NULL, 2000, "b");
    add_profile("rest", NULL, NULL, 3000, NULL);
    assert_match("both", "qemu", "vm-1", "start");
    assert_match("rest", "qemu", "other", "start");
}

/* Such a pattern would take years in a matcher that goes back over every star. */
static void many_stars_against_the_longest_name_take_no_time(void **state)
{
    char object[1025];
    clock_t start = clock();

    memset(object, 'a', sizeof(object));
    object[1024] = '\0';
    add("stars", NULL, "*a*a*a*a*a*a*a*a*a*a*a*a*b", NULL);
    assert_null(find("qemu", object, "start"));
    assert_true(clock() - start < 10 * CLOCKS_PER_SEC);
}

/* The rules that could count for a script of qemu's, in their order, then "*" where others do. */
static void assert_may_count(const char *object, const char *operation, const char *expected)
{
    const struct rule_names names = {
        .driver = "qemu", .object = object, .operation = operation, .script = "/h/qemu"};
    const struct rule *rule = NULL;
    bool always = false;
    char text[256] = "";

    while (!always && (rule = rules_next_profile(&list, &names, rule))) {
        strcat(strcat(text, rule->name), " ");
        always = rule_fits_always(rule, &names);
    }
    assert_string_equal(always ? text : strcat(text, "*"), expected);
}

static void what_a_call_leaves_open_fits_every_pattern(void **state)
{
    add_profile("guests", "vm-*", NULL, 0, "a");
    add_profile("others", "web*", NULL, 0, "b");
    assert_may_count(NULL, NULL, "guests others *");
    assert_may_count("vm-1", NULL, "guests ");
    assert_may_count("db", NULL, "*");
}

static void no_rule_counts_after_one_that_always_fits(void **state)
{
    add_profile("guests", "vm-*", NULL, 0, "a");
    add_profile("all", "*", NULL, 0, "b");
    add_profile("never", NULL, NULL, 0, "c");
    assert_may_count(NULL, NULL, "guests all ");
    assert_may_count("vm-1", NULL, "guests ");
    assert_may_count("db", NULL, "all ");
}

static void a_rule_that_fits_no_more_than_one_before_never_counts(void **state)
{
    add_profile("first", "vm-*", NULL, 0, "a");
    add_profile("same", "vm-*", NULL, 0, "b");
    add_profile("other", "vm-1", NULL, 0, "c");
    assert_may_count(NULL, NULL, "first other *");
}

static void a_rule_of_other_scripts_or_without_a_profile_does_not_count(void **state)
{
    add_profile("script", NULL, "*/network", 0, "a");
    add_profile("deadline", NULL, NULL, 1000, NULL);
    add_profile("this", NULL, "qemu", 0, "b");
    assert_may_count(NULL, NULL, "this ");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_teardown(no_rule_fits_where_there_is_none, clear),
        cmocka_unit_test_teardown(a_rule_without_patterns_fits_every_call, clear),
        cmocka_unit_test_teardown(every_pattern_of_a_rule_must_fit, clear),
        cmocka_unit_test_teardown(the_first_rule_that_fits_wins, clear),
        cmocka_unit_test_teardown(patterns_are_those_of_the_shell, clear),
        cmocka_unit_test_teardown(a_leading_dot_and_capital_letters_are_characters_like_others,
                                  clear),
        cmocka_unit_test_teardown(a_script_fits_by_its_path_or_its_last_component, clear),
        cmocka_unit_test_teardown(a_star_of_a_path_goes_over_slashes, clear),
        cmocka_unit_test_teardown(a_rule_with_a_script_fits_no_call_without_one, clear),
        cmocka_unit_test_teardown(the_first_rule_that_fits_and_has_a_profile_gives_it, clear),
        cmocka_unit_test_teardown(the_first_rule_that_fits_and_has_a_deadline_gives_it, clear),
        cmocka_unit_test_teardown(what_a_call_leaves_open_fits_every_pattern, clear),
        cmocka_unit_test_teardown(no_rule_counts_after_one_that_always_fits, clear),
        cmocka_unit_test_teardown(a_rule_that_fits_no_more_than_one_before_never_counts, clear),
        cmocka_unit_test_teardown(a_rule_of_other_scripts_or_without_a_profile_does_not_count,
                                  clear),
        cmocka_unit_test_teardown(many_stars_against_the_longest_name_take_no_time, clear),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
