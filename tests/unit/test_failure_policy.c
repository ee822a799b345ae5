/*
 * What a failed hook means by default, and how rules are read.
 *
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */
#include "failure_policy.h"

#include <errno.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdint.h>
#include <stdlib.h>

#include <cmocka.h>

struct row {
    const char *driver, *operation;
    enum failure_answer on_exit, on_other;
};

static const struct row defaults[] = {
    {"qemu", "prepare", FAILURE_DENY, FAILURE_DENY},
    {"qemu", "start", FAILURE_DENY, FAILURE_DENY},
    {"qemu", "started", FAILURE_DENY, FAILURE_DENY},
    {"qemu", "attach", FAILURE_DENY, FAILURE_DENY},
    {"qemu", "migrate", FAILURE_DENY, FAILURE_DENY},
    {"qemu", "restore", FAILURE_DENY, FAILURE_DENY},
    {"network", "start", FAILURE_DENY, FAILURE_DENY},
    {"network", "started", FAILURE_DENY, FAILURE_DENY},
    {"network", "port-created", FAILURE_DENY, FAILURE_DENY},
    {"network", "updated", FAILURE_DENY, FAILURE_DENY},
    {"qemu", "not-known-today", FAILURE_DENY, FAILURE_DENY},
    {"qemu", "reconnect", FAILURE_DENY, FAILURE_ALLOW},
    {"lxc", "reconnect", FAILURE_DENY, FAILURE_ALLOW},
    {"qemu", "stopped", FAILURE_ALLOW, FAILURE_ALLOW},
    {"libxl", "release", FAILURE_ALLOW, FAILURE_ALLOW},
    {"network", "stopped", FAILURE_ALLOW, FAILURE_ALLOW},
    {"network", "port-deleted", FAILURE_ALLOW, FAILURE_ALLOW},
    {"daemon", "start", FAILURE_ALLOW, FAILURE_ALLOW},
    {"daemon", "reload", FAILURE_ALLOW, FAILURE_ALLOW},
    {"daemon", "shutdown", FAILURE_ALLOW, FAILURE_ALLOW},
    {"daemon", "not-known-today", FAILURE_ALLOW, FAILURE_ALLOW},
};

static void the_defaults_are_those_of_the_documented_table(void **state)
{
    struct failure_policy policy;

    failure_policy_defaults(&policy);
    for (size_t i = 0; i < sizeof(defaults) / sizeof(defaults[0]); i++) {
        const struct row *row = &defaults[i];

        assert_int_equal(failure_policy_answer(&policy, row->driver, row->operation, FAILURE_EXIT),
                         row->on_exit);
        assert_int_equal(failure_policy_answer(&policy, row->driver, row->operation, FAILURE_OTHER),
                         row->on_other);
    }
}

static void a_policy_without_rules_denies(void **state)
{
    const struct failure_policy policy = {0};

    assert_int_equal(failure_policy_answer(&policy, "daemon", "start", FAILURE_EXIT), FAILURE_DENY);
    assert_int_equal(failure_policy_answer(&policy, "qemu", "stopped", FAILURE_OTHER),
                     FAILURE_DENY);
}

static void a_rule_put_in_front_wins_over_the_defaults_where_it_fits(void **state)
{
    const struct failure_rule rule = {"qemu", "start", FAILURE_ALLOW, FAILURE_DENY};
    struct failure_policy policy;

    failure_policy_defaults(&policy);
    assert_int_equal(failure_policy_prepend(&policy, &rule), 0);
    assert_int_equal(failure_policy_answer(&policy, "qemu", "start", FAILURE_EXIT), FAILURE_ALLOW);
    assert_int_equal(failure_policy_answer(&policy, "qemu", "start", FAILURE_OTHER), FAILURE_DENY);
    assert_int_equal(failure_policy_answer(&policy, "lxc", "start", FAILURE_EXIT), FAILURE_DENY);
    assert_int_equal(failure_policy_answer(&policy, "qemu", "started", FAILURE_EXIT), FAILURE_DENY);
    assert_int_equal(failure_policy_answer(&policy, "qemu", "stopped", FAILURE_EXIT),
                     FAILURE_ALLOW);
}

static void the_last_rule_put_in_front_is_the_first_to_be_asked(void **state)
{
    const struct failure_rule all = {"*", "*", FAILURE_ALLOW, FAILURE_ALLOW};
    const struct failure_rule one = {"qemu", "*", FAILURE_DENY, FAILURE_DENY};
    struct failure_policy policy = {0};

    assert_int_equal(failure_policy_prepend(&policy, &all), 0);
    assert_int_equal(failure_policy_prepend(&policy, &one), 0);
    assert_int_equal(failure_policy_answer(&policy, "qemu", "start", FAILURE_EXIT), FAILURE_DENY);
    assert_int_equal(failure_policy_answer(&policy, "lxc", "start", FAILURE_EXIT), FAILURE_ALLOW);
}

static void a_full_policy_takes_no_rule_and_stays_as_it_was(void **state)
{
    const struct failure_rule deny = {"*", "*", FAILURE_DENY, FAILURE_DENY};
    const struct failure_rule allow = {"*", "*", FAILURE_ALLOW, FAILURE_ALLOW};
    struct failure_policy policy = {0};

    for (size_t i = 0; i < FAILURE_RULES_MAX; i++)
        assert_int_equal(failure_policy_prepend(&policy, &deny), 0);
    assert_int_equal(failure_policy_prepend(&policy, &allow), -ENOSPC);
    assert_int_equal(policy.count, FAILURE_RULES_MAX);
    assert_int_equal(failure_policy_answer(&policy, "qemu", "start", FAILURE_EXIT), FAILURE_DENY);
}

static void a_policy_is_another_where_any_rule_differs(void **state)
{
    struct failure_policy policy, other;

    failure_policy_defaults(&policy);
    failure_policy_defaults(&other);
    assert_true(failure_policy_is(&policy, &other));
    other.rules[0].on_other = !other.rules[0].on_other;
    assert_false(failure_policy_is(&policy, &other));
    failure_policy_defaults(&other);
    other.count--;
    assert_false(failure_policy_is(&policy, &other));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(the_defaults_are_those_of_the_documented_table),
        cmocka_unit_test(a_policy_without_rules_denies),
        cmocka_unit_test(a_rule_put_in_front_wins_over_the_defaults_where_it_fits),
        cmocka_unit_test(the_last_rule_put_in_front_is_the_first_to_be_asked),
        cmocka_unit_test(a_policy_is_another_where_any_rule_differs),
        cmocka_unit_test(a_full_policy_takes_no_rule_and_stays_as_it_was),
    };

    return cmocka_run_group_tests_name("failure_policy", tests, NULL, NULL);
}
