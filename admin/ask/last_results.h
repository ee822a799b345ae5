/*
 * When scripts last ran, and how they ended, as the log has it. Admin's process.
 *
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */
#pragma once

#include <json-c/json.h>

/*
 * Adds "last" to each script of the answer to `list`: an object, or null where the log has no call
 * that ran it or was to run it (about this guest alone, where that is not NULL). The log is where
 * the answer says; one that is not there has no calls. Returns 0, or an exit status where a
 * complaint was made.
 */
int last_results_add(const char *command, struct json_object *answer, const char *guest);
