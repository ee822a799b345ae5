/*
 * A list of scripts while it grows: what runs, and what was passed over. Helper.
 *
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */
#pragma once

#include "discover.h"

/*
 * Adds a script. Takes `path` and `problem` (or NULL), also on failure. Returns 0,
 * DISCOVER_E_TOO_MANY where the list has PROTOCOL_SCRIPTS_MAX, or -ENOMEM.
 */
int script_list_add(struct script_list *list, char *path, char *problem);

/* Adds a file that is passed over. Takes `path` and `why`, also on failure. Returns 0 or -ENOMEM.
 */
int script_list_pass_over(struct script_list *list, char *path, char *why);

bool script_list_has(const struct script_list *list, const char *path);

/* Drops each script that stands in the list before, by its path. */
void script_list_drop_twice(struct script_list *list);

/* Drops all but the script of this path, as a verdict tells it, and what was passed over. */
void script_list_keep_one(struct script_list *list, const char *path);
