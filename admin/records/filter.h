/*
 * Which records are asked for. Admin's process.
 *
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */
#pragma once

#include "moment.h"

#include <json-c/json.h>
#include <stdbool.h>

/* Texts are borrowed from argv; NULL: any. */
struct filter {
    const char *guest, *driver, *operation, *verdict, *reason, *script;
    char since[MOMENT_SIZE], until[MOMENT_SIZE]; /* both included; "": open */
};

/* Whether a record of any type is of this time. */
bool filter_is_within(const struct filter *filter, struct json_object *json);

/* Whether it is the end of a call that all of this fits. */
bool filter_matches(const struct filter *filter, struct json_object *json);
