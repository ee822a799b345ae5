/*
 * How rules are matched to a call.
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
        cmocka_unit_test_teardown(many_stars_against_the_longest_name_take_no_time, clear),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
