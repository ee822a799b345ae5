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
