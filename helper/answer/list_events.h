/*
 * Every script of an event that could run. Helper.
 *
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */
#pragma once

#include "matter.h"

/* The lists that are added to, and the object that is asked about; NULL: all. */
struct events_listing {
    const struct matter *matter;
    const char *object;
    struct json_object *scripts, *passed_over;
};

/* Returns 0, DISCOVER_E_TOO_MANY, or a negative errno. */
int list_events(struct events_listing *listing);
