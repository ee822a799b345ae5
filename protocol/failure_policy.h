/*
 * What a failed hook means for libvirt, per driver and operation: the admin's decision, sent by the
 * helper in its hello so that a client can act by it when the helper is lost. Both sides.
 *
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */
#pragma once

#include "names.h"

#include <stdbool.h>
#include <stddef.h>

/* More rules than this in a configuration are refused; libvirt has 30 driver-operation pairs. */
#define FAILURE_RULES_MAX 128

enum failure_answer {
    FAILURE_DENY = 0,
    FAILURE_ALLOW = 1,
};

/* The two ways to fail. */
enum failure_kind {
    FAILURE_EXIT,  /* every script ran to its end, one with a non-zero exit status */
    FAILURE_OTHER, /* timed out, killed, not runnable, output over its limit, helper lost */
};

/* One rule; "*" as driver or operation fits all. */
struct failure_rule {
    char driver[NAME_DRIVER_MAX + 1];
    char operation[NAME_OPERATION_MAX + 1];
    enum failure_answer on_exit;
    enum failure_answer on_other;
};

/* The first rule that fits wins; where none fits, the answer is deny. */
struct failure_policy {
    size_t count;
    struct failure_rule rules[FAILURE_RULES_MAX];
};

/* The defaults as PROTOCOL.md and the shipped virthook.conf give them. */
void failure_policy_defaults(struct failure_policy *ret_policy);

/* Puts a rule before all others. Returns -ENOSPC where there are FAILURE_RULES_MAX already. */
int failure_policy_prepend(struct failure_policy *policy, const struct failure_rule *rule);

/* Whether two policies have the same rules. */
bool failure_policy_is(const struct failure_policy *policy, const struct failure_policy *other);

/* What the policy answers. */
enum failure_answer failure_policy_answer(const struct failure_policy *policy, const char *driver,
                                          const char *operation, enum failure_kind kind);
