/*
 * All that stands below the directory of hooks, whichever call it would run for. Helper.
 *
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */
#pragma once

#include "discover.h"

/*
 * Judges each file as calls do, folder by folder, and gives the list of each to `take`, which
 * returns 0 to go on. Passed over is also what no call would ever look at. A directory of hooks
 * that is not there gives nothing. Returns 0, what `take` returned, DISCOVER_E_TOO_MANY, or a
 * negative errno.
 */
int survey_hooks(const struct discover_place *place,
                 int (*take)(void *owner, const struct script_list *list), void *owner);
