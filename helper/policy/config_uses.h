/*
 * The profiles that rules and default_profile name: are they there, and can they be used? Helper.
 *
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */
#pragma once

#include "config.h"
#include "config_problem.h"

/*
 * Looks when all has been read. A profile whose user does not exist is refused where a rule or
 * default_profile names it, and else noted; one that is near root is noted where it is named.
 * Returns 0, or as config_refuse().
 */
int config_check_uses(struct config *config, struct config_problem *problem);
