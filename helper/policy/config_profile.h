/*
 * The profile sections of the configuration, while they are read. Helper.
 *
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */
#pragma once

#include "config_problem.h"
#include "config_profile_keys.h"
#include "profile.h"

/* The section that is open. Starts as zeros; profile_clear() of `open` frees it. */
struct config_profile {
    struct profile open;
    struct config_profile_lines keys;
};

/* Each returns 0, or as config_refuse(). */
int config_profile_begin(struct config_profile *section, const char *title, unsigned int line,
                         struct config_problem *problem);

/*
 * One value of a key, which must be known. `bits` are config_text.h's; `known` are the profiles
 * that stand before.
 */
int config_profile_set(struct config_profile *section, const struct profile_list *known,
                       const struct config_setting *setting, struct config_problem *problem);

/* Adds the profile to the list, which leaves it empty. */
int config_profile_end(struct config_profile *section, struct profile_list *list,
                       struct config_problem *problem);
