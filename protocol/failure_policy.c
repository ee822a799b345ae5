/*
 * What a failed hook means for libvirt, per driver and operation. Both sides: the helper makes the
 * policy from its configuration, a client acts by it when the helper is lost. Input was checked.
 *
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */
#include "failure_policy.h"

#include <errno.h>
#include <string.h>

static const struct failure_rule default_rules[] = {
    /* libvirt ignores how these end, so a denial would only fill its log. */
    {"daemon", "*", FAILURE_ALLOW, FAILURE_ALLOW},
    {"*", "stopped", FAILURE_ALLOW, FAILURE_ALLOW},
    {"*", "release", FAILURE_ALLOW, FAILURE_ALLOW},
    {"*", "port-deleted", FAILURE_ALLOW, FAILURE_ALLOW},
    /* libvirt kills the running guest on a denial: a script may ask for that, a late one may not.
     */
    {"*", "reconnect", FAILURE_DENY, FAILURE_ALLOW},
};

void failure_policy_defaults(struct failure_policy *ret_policy)
{
    memset(ret_policy, 0, sizeof(*ret_policy));
    memcpy(ret_policy->rules, default_rules, sizeof(default_rules));
    ret_policy->count = sizeof(default_rules) / sizeof(default_rules[0]);
}

int failure_policy_prepend(struct failure_policy *policy, const struct failure_rule *rule)
{
    if (policy->count >= FAILURE_RULES_MAX)
        return -ENOSPC;
    memmove(policy->rules + 1, policy->rules, policy->count * sizeof(policy->rules[0]));
    policy->rules[0] = *rule;
    policy->count++;
    return 0;
}

static bool word_fits(const char *pattern, const char *word)
{
    return strcmp(pattern, "*") == 0 || strcmp(pattern, word) == 0;
}

enum failure_answer failure_policy_answer(const struct failure_policy *policy, const char *driver,
                                          const char *operation, enum failure_kind kind)
{
    for (size_t i = 0; i < policy->count; i++) {
        const struct failure_rule *rule = &policy->rules[i];

        if (word_fits(rule->driver, driver) && word_fits(rule->operation, operation))
            return kind == FAILURE_EXIT ? rule->on_exit : rule->on_other;
    }
    return FAILURE_DENY;
}

static bool is_same_rule(const struct failure_rule *rule, const struct failure_rule *other)
{
    return strcmp(rule->driver, other->driver) == 0 &&
           strcmp(rule->operation, other->operation) == 0 && rule->on_exit == other->on_exit &&
           rule->on_other == other->on_other;
}

bool failure_policy_is(const struct failure_policy *policy, const struct failure_policy *other)
{
    if (policy->count != other->count)
        return false;
    for (size_t i = 0; i < policy->count; i++) {
        if (!is_same_rule(&policy->rules[i], &other->rules[i]))
            return false;
    }
    return true;
}
