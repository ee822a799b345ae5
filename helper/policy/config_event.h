/*
 * The event sections of the configuration, while they are read, and the words in them. Helper.
 *
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */
#pragma once

#include "config_problem.h"
#include "event_rules.h"

/* Bytes of a section's title. */
#define CONFIG_EVENT_NAME_MAX 64

/* Scripts that all sections name together: each is shown to every script. */
#define CONFIG_EVENT_SCRIPTS_MAX 64

/* Tries of a script that exits with 75, at most SCRIPT_RETRIES_MAX of the protocol. */
#define CONFIG_RETRIES_TAKES "a number from 0 to 1000"

/* The keys of a section; NULL ends the list. */
extern const char *const config_event_keys[];

/* Each returns 0, or as config_refuse(). `rule` is the section that is open. */
int config_event_begin(struct event_rule *rule, const char *title, unsigned int line,
                       struct config_problem *problem);

/* The key is one of config_event_keys. */
int config_event_set(struct event_rule *rule, const char *key, const char *value, unsigned int line,
                     struct config_problem *problem);

/* Adds the section to the list, which leaves it empty. */
int config_event_end(struct event_rule *rule, struct event_rule_list *list,
                     struct config_problem *problem);

/*
 * The kinds in `text`, words apart by spaces, as bits by their index; "none" alone is none. Returns
 * 0, or as config_refuse().
 */
int config_event_kinds(const char *text, unsigned int *ret_set, unsigned int line,
                       struct config_problem *problem);
