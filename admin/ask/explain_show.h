/*
 * The answer to `explain` for a person. Admin's process.
 *
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */
#pragma once

#include <json-c/json.h>
#include <stdbool.h>

/* Prints it on stdout. Returns an exit status. */
int explain_show(const struct json_object *answer);

/* Whether one of its scripts would be refused. */
bool explain_has_refused(const struct json_object *answer);
