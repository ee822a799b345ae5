/*
 * The answer to `list` for a person. Admin's process.
 *
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */
#pragma once

#include <json-c/json.h>

/* Prints it on stdout. Returns an exit status. */
int list_show(const struct json_object *answer);
