/*
 * All helpers that run, and all their calls, as tables for a person. Admin's process.
 *
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */
#pragma once

#include "terminal.h"

#include <json-c/json.h>
#include <stdint.h>

/* When something began that has lasted this long, by the local clock: "2026-11-23 09:41:18". */
#define SINCE_SIZE 32
void overview_since(uint64_t lasted_ms, char text[SINCE_SIZE]);

/* One row a helper. The list is of statuses, any of which may lack anything. */
void overview_helpers(const struct terminal *terminal, struct json_object *list);

/* One row a call that runs or is queued, of all helpers; nothing where there is none. */
void overview_calls(const struct terminal *terminal, struct json_object *list);
