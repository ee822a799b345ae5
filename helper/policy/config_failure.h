/*
 * The failure sections of the configuration, while they are read. Helper.
 *
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */
#pragma once

#include "config_problem.h"
#include "failure_policy.h"

/* The keys of a section; NULL ends the list. */
extern const char *const config_failure_keys[];

/* The section that is open, and those that were closed. Starts as zeros. */
struct config_failure {
    struct failure_rule open;
    unsigned int open_line;
    unsigned int exit_line, other_line; /* 0 where not set */
    size_t count;
    struct failure_rule rules[FAILURE_RULES_MAX];
    unsigned int lines[FAILURE_RULES_MAX];
};

/* `title` is "operation" or "driver/operation". Returns 0, or as config_refuse(). */
int config_failure_begin(struct config_failure *failure, const char *title, unsigned int line,
                         struct config_problem *problem);

/* The key is one of config_failure_keys. Returns 0, or as config_refuse(). */
int config_failure_set(struct config_failure *failure, const char *key, const char *value,
                       unsigned int line, struct config_problem *problem);

/* Returns 0, or as config_refuse(). */
int config_failure_end(struct config_failure *failure, struct config_problem *problem);

/* Puts the sections before what `policy` has, the first of the file first. */
void config_failure_apply(const struct config_failure *failure, struct failure_policy *policy);
