/*
 * What the sections of virthook.conf mean: failure and rule, right and wrong.
 *
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */
#include "loading.h"

static void assert_answers(const char *driver, const char *operation, enum failure_answer on_exit,
                           enum failure_answer on_other)
{
    const struct failure_policy *policy = &loaded->failure;

    assert_int_equal(failure_policy_answer(policy, driver, operation, FAILURE_EXIT), on_exit);
    assert_int_equal(failure_policy_answer(policy, driver, operation, FAILURE_OTHER), on_other);
}

static void a_failure_section_wins_over_the_defaults_for_what_it_names(void **state)
{
    assert_loads("failure \"qemu/start\" { exit = deny other = allow }\n"
                 "failure reconnect { exit = allow\nother = deny }\n");
    assert_answers("qemu", "start", FAILURE_DENY, FAILURE_ALLOW);
    assert_answers("lxc", "start", FAILURE_DENY, FAILURE_DENY);
    assert_answers("qemu", "reconnect", FAILURE_ALLOW, FAILURE_DENY);
    assert_answers("lxc", "reconnect", FAILURE_ALLOW, FAILURE_DENY);
    assert_answers("qemu", "release", FAILURE_ALLOW, FAILURE_ALLOW);
}

static void the_first_failure_section_that_fits_wins(void **state)
{
    assert_loads("failure \"qemu/start\" { exit = allow other = deny }\n"
                 "failure 'qemu/*' { exit = deny other = allow }\n"
                 "failure '*' { exit = allow other = allow }\n");
    assert_answers("qemu", "start", FAILURE_ALLOW, FAILURE_DENY);
    assert_answers("qemu", "prepare", FAILURE_DENY, FAILURE_ALLOW);
    assert_answers("lxc", "start", FAILURE_ALLOW, FAILURE_ALLOW);
    assert_loads("failure '*' { exit = allow other = allow }\n"
                 "failure \"qemu/start\" { exit = deny other = deny }\n");
    assert_answers("qemu", "start", FAILURE_ALLOW, FAILURE_ALLOW);
}

static void a_failure_section_names_a_known_driver_and_a_possible_operation(void **state)
{
    assert_complains(2, "\nfailure \"qmeu/start\" { exit = deny other = deny }", "unknown driver",
                     "'qmeu'", "qemu, network", NULL);
    assert_complains(1, "failure \"averyveryverylongdriver/start\" { exit = deny }",
                     "unknown driver", NULL);
    assert_complains(1, "failure \"/start\" { exit = deny other = deny }", "unknown driver ''",
                     NULL);
    assert_complains(1, "failure \"qemu/\" { exit = deny other = deny }",
                     "'' cannot be an operation", NULL);
    assert_complains(1, "failure \"Start\" { exit = deny other = deny }", "'Start' cannot be",
                     NULL);
    assert_complains(1, "failure \"qemu/start/begin\" { exit = deny }", "'start/begin' cannot be",
                     NULL);
    assert_complains(1, "failure \"st*\" { exit = deny other = deny }", "'st*' cannot be", NULL);
    assert_complains(1, "failure \"\" { exit = deny other = deny }", "cannot be an operation",
                     NULL);
}

static void a_failure_section_says_both_answers_once(void **state)
{
    assert_complains(2, "\nfailure start {\nexit = deny\n}\n", "does not set other",
                     "write other = deny or allow", NULL);
    assert_complains(1, "failure start\t{ other = deny }", "does not set exit", NULL);
    assert_complains(1, "failure start {}", "does not set exit", NULL);
    assert_complains(3, "failure start {\nexit = deny\nexit = allow\nother = deny\n}",
                     "exit stands on line 2 already", NULL);
    assert_complains(2, "failure start {\nexit = maybe\n}", "exit takes deny or allow", "'maybe'",
                     NULL);
    assert_complains(2, "failure start {\nexxit = deny\n}", "did you mean 'exit'?", NULL);
    assert_complains(2, "failure start {\ndeadline = 5\n}", "'deadline'", NULL);
}

static void two_failure_sections_for_the_same_are_refused(void **state)
{
    assert_complains(2,
                     "failure start { exit = deny other = deny }\n"
                     "failure start { exit = deny other = deny }",
                     "'start'", NULL);
    assert_complains(2,
                     "failure start { exit = deny other = deny }\n"
                     "failure '*/start' { exit = deny other = deny }",
                     "*/start has a failure section on line 1 already", NULL);
}

static void more_failure_sections_than_the_protocol_carries_are_refused(void **state)
{
    struct failure_policy defaults;
    char text[32768] = "", section[128];

    failure_policy_defaults(&defaults);
    for (size_t i = 0; i < FAILURE_RULES_MAX - defaults.count; i++) {
        snprintf(section, sizeof(section), "failure op-%zu { exit = allow other = allow }\n", i);
        strcat(text, section);
    }
    assert_loads(text);
    assert_int_equal(loaded->failure.count, FAILURE_RULES_MAX);
    assert_answers("qemu", "op-0", FAILURE_ALLOW, FAILURE_ALLOW);
    assert_answers("qemu", "reconnect", FAILURE_DENY, FAILURE_ALLOW);
    strcat(text, "failure one-more { exit = allow other = allow }\n");
    assert_complains((unsigned int)(FAILURE_RULES_MAX - defaults.count + 1), text,
                     "more than 123 failure sections", NULL);
}

static void rules_come_in_the_order_of_the_file(void **state)
{
    const struct rule *rule;

    assert_loads("# a comment\n"
                 "rule \"big guests\" {\n"
                 "    driver = qemu\n"
                 "    object = 'big-*'\n"
                 "    operation = prepare\n"
                 "    deadline = 600\n"
                 "}\n"
                 "rule other\n{ deadline = 1.5 }\n");
    assert_int_equal(loaded->rules.count, 2);
    rule = rules_match(&loaded->rules, "qemu", "big-1", "prepare");
    assert_string_equal(rule->name, "big guests");
    assert_int_equal(rule->line, 2);
    assert_int_equal(rule->deadline_ms, 600000);
    rule = rules_match(&loaded->rules, "qemu", "small", "prepare");
    assert_string_equal(rule->name, "other");
    assert_int_equal(rule->line, 9);
    assert_int_equal(rule->deadline_ms, 1500);
    assert_null(rule->driver);
}

static void patterns_that_fit_nothing_are_refused(void **state)
{
    assert_complains(2, "rule a {\ndriver = qmeu\ndeadline = 5 }", "'qmeu' fits no driver", NULL);
    assert_complains(1, "rule a { driver = 'x*' deadline = 5 }", "'x*' fits no driver", NULL);
    assert_complains(1, "rule a { object = '' deadline = 5 }", "object = '' is no pattern", NULL);
    assert_complains(1, "rule a { object = 'a[b' deadline = 5 }", "close each [", NULL);
    assert_complains(1, "rule a { object = 'a[]' deadline = 5 }", "close each [", NULL);
    assert_complains(1, "rule a { object = 'x\\\\' deadline = 5 }", "double a backslash", NULL);
    assert_complains(1, "rule a { object = 'a/b' deadline = 5 }", "cannot be an object", NULL);
    assert_complains(1, "rule a { operation = Start deadline = 5 }", "'Start' cannot be", NULL);
    assert_complains(1, "rule a { operation = 'st art*' deadline = 5 }", "cannot be an operation",
                     NULL);
    assert_loads("rule a { driver = '[ql]*' object = '[]a]?\\*' operation = 'st*' deadline = 5 }");
    assert_non_null(rules_match(&loaded->rules, "lxc", "]x*", "stopped"));
}

static void a_rule_says_something_and_says_it_once(void **state)
{
    assert_complains(2, "\nrule \"a\" {\nobject = x\n}", "rule 'a' changes nothing",
                     "deadline = ", NULL);
    assert_complains(1, "rule a {}", "rule 'a' changes nothing", NULL);
    assert_complains(3, "rule a {\ndeadline = 5\ndeadline = 6\n}", "stands in this rule already",
                     NULL);
    assert_complains(3, "rule a {\nobject = a\nobject = b\n}", "object stands in this rule already",
                     NULL);
    assert_complains(1, "rule a { deadline = 0 }", "deadline takes seconds from 0.1 to 3600", NULL);
    assert_complains(1, "rule a { deadline = 4000 }", "deadline takes seconds", NULL);
    assert_complains(2, "rule a {\nobjekt = x\n}", "did you mean 'object'?", NULL);
}

static void a_rule_has_a_name_of_its_own(void **state)
{
    assert_complains(1, "rule { deadline = 5 }", "missing title", NULL);
    assert_complains(1, "rule \"\" { deadline = 5 }", "a rule's name", NULL);
    assert_complains(1,
                     "rule 12345678901234567890123456789012345678901234567890123456789012345 "
                     "{ deadline = 5 }",
                     "1 to 64 bytes", NULL);
    assert_complains(3, "rule a { deadline = 5 }\n\nrule a { deadline = 6 }", "'a'", "once", NULL);
}

static void the_first_error_of_the_file_is_told(void **state)
{
    assert_complains(2, "rule a { deadline = 5 }\nrule \"\" {\ndeadline = 0 }\nx = y", "name",
                     NULL);
    assert_complains(1, "failure \"x/y\" {\nexit = maybe\n}\ndeadline = 0", "unknown driver", NULL);
}

static void the_longest_file_of_sections_is_read_in_no_time(void **state)
{
    auto_free char *text = malloc(128 * 1024);
    char *end = text;

    for (int i = 0; i < 1024; i++)
        end += sprintf(end, "rule r%d { object = 'guest-%d-*' deadline = 5 }\n", i, i);
    assert_loads(text);
    assert_int_equal(loaded->rules.count, 1024);
    sprintf(end, "rule more { deadline = 5 }\n");
    assert_complains(1025, text, "more than 1024 sections", NULL);
}

#define TEST(function) cmocka_unit_test_setup_teardown(function, tree_set_up, loading_tear_down)

int main(void)
{
    const struct CMUnitTest tests[] = {
        TEST(a_failure_section_wins_over_the_defaults_for_what_it_names),
        TEST(the_first_failure_section_that_fits_wins),
        TEST(a_failure_section_names_a_known_driver_and_a_possible_operation),
        TEST(a_failure_section_says_both_answers_once),
        TEST(two_failure_sections_for_the_same_are_refused),
        TEST(more_failure_sections_than_the_protocol_carries_are_refused),
        TEST(rules_come_in_the_order_of_the_file),
        TEST(patterns_that_fit_nothing_are_refused),
        TEST(a_rule_says_something_and_says_it_once),
        TEST(a_rule_has_a_name_of_its_own),
        TEST(the_first_error_of_the_file_is_told),
        TEST(the_longest_file_of_sections_is_read_in_no_time),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
