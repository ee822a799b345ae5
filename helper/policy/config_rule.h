/*
 * The rule sections of the configuration, while they are read. Helper.
 *
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */
#pragma once

#include "config_problem.h"
#include "rules.h"

/* Bytes of a rule's title. */
#define CONFIG_RULE_NAME_MAX 64

/* The keys of a section; NULL ends the list. */
extern const char *const config_rule_keys[];

/* Each returns 0, or as config_refuse(). `rule` is the section that is open. */
int config_rule_begin(struct rule *rule, const char *title, unsigned int line,
                      struct config_problem *problem);

/* The key is one of config_rule_keys. */
int config_rule_set(struct rule *rule, const char *key, const char *value, unsigned int line,
                    struct config_problem *problem);

/* Adds the rule to the list, which leaves it empty. */
int config_rule_end(struct rule *rule, struct rule_list *list, struct config_problem *problem);
