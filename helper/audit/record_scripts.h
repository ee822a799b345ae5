/*
 * What a record tells of each script. Helper. Memory that is short shows in the object.
 *
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */
#pragma once

#include "log.h"
#include "object.h"

#include <stdbool.h>
#include <stddef.h>

/*
 * The list "scripts"; `kept` is how many bytes of each stream's end a script may have. A filter's
 * stdout is left out.
 */
void record_put_scripts(struct object *line, const struct audit_result *result, bool is_filter,
                        size_t kept);

/* The list "passed_over", and how many there were; `found` may be NULL. */
void record_put_passed_over(struct object *line, const struct script_list *found);
