/*
 * All that stands below the directory of events' scripts, whichever event it would run for. Helper.
 *
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */
#pragma once

#include "discover_events.h"

/* As survey_hooks(); of the place its directory alone. */
int survey_events(const struct discover_events_place *place,
                  int (*take)(void *owner, const struct script_list *list), void *owner);
