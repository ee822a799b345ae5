/*
 * A helper's status, shown to a person. Admin's process.
 *
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */
#pragma once

#include <json-c/json.h>

/* Prints the status to stdout; keys that it lacks show as "-". */
void overview_print(struct json_object *status);
