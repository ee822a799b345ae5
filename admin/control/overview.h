/*
 * What helpers do, shown to a person. Admin's process.
 *
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */
#pragma once

#include <json-c/json.h>

/* Prints the statuses of the list to stdout; keys that one lacks show as "-". */
void overview_print(struct json_object *list);
