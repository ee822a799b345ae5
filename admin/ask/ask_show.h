/*
 * Parts that answers share, for a person. Admin's process.
 *
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */
#pragma once

#include "terminal.h"

#include <json-c/json.h>
#include <stdbool.h>

/* Whether an answer, or one of its scripts, is about events, and not about hooks. */
bool ask_is_event(const struct json_object *answer);

/* "rule 'name', line 7", of events "event 'name', line 7", or `otherwise` where there is none; the
 * caller frees. */
char *ask_say_rule(const struct json_object *rule, bool event, const char *otherwise);

/* Whether one of the answer's scripts would be refused. */
bool ask_has_refused(const struct json_object *answer);

/*
 * A blank line, and a table of the paths in this list of the answer that have a reason under the
 * key; nothing where none has. Returns 0, -ENOMEM or -EIO.
 */
int ask_show_pairs(const struct terminal *terminal, const struct json_object *answer,
                   const char *list, const char *title, const char *key);
