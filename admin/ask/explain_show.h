/*
 * The answer to `explain` for a person. Admin's process.
 *
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */
#pragma once

#include <json-c/json.h>

/* Prints it on stdout. Returns an exit status. */
int explain_show(const struct json_object *answer);
