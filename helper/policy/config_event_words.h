/*
 * Kinds, events and details in the configuration: are there such? Helper.
 *
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */
#pragma once

#include "config_problem.h"
#include "event_rules.h"

/* Refuses what is no kind, with the one that may be meant. Returns as config_refuse(). */
int config_refuse_kind(const char *word, unsigned int line, struct config_problem *problem);

/* Refuses a pattern that no kind fits. Returns 0, or as config_refuse(). */
int config_check_kind(const char *pattern, unsigned int line, struct config_problem *problem);

/*
 * Refuses an event or detail that no event of the section's kind has: patterns, of which NULL fits
 * all. Returns 0, or as config_refuse().
 */
int config_check_event(const struct event_rule *rule, struct config_problem *problem);

/*
 * The same as a sentence in `*ret_why`, which the caller frees, or NULL where there are such;
 * `*ret_detail` is whether it is about the detail. The object is not looked at. Returns 0 or
 * -ENOMEM.
 */
int config_judge_event(const struct event_names *patterns, bool *ret_detail, char **ret_why);
