/*
 * What is wrong with the scripts of events. Helper.
 *
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */
#pragma once

#include "matter.h"

/*
 * Adds to `problems` each script that the configuration names and that cannot run, with its line;
 * and gives what else there is to `take`, as survey_hooks() does. Returns 0 or a negative errno.
 */
int check_events(const struct matter *matter, struct json_object *problems,
                 int (*take)(void *owner, const struct script_list *list), void *owner);
