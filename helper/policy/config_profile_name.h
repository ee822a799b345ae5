/*
 * Names of profiles in the configuration. Helper.
 *
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */
#pragma once

#include "config_problem.h"
#include "profile.h"

/* Refuses the name of a profile that is not among `known`, with the one that may be meant. Returns
 * as config_refuse(). */
int config_refuse_profile(struct config_problem *problem, unsigned int line,
                          const struct profile_list *known, const char *name);

/* Refuses what cannot be a profile's name. Returns 0, or as config_refuse(). */
int config_check_profile_name(struct config_problem *problem, unsigned int line, const char *name);
