/*
 * Where the log is that is to be read. Admin's process.
 *
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */
#pragma once

#include "records.h"

/*
 * Opens what --audit gave (NULL: the session's log, or the built-in place). Returns 0, or an exit
 * status where a complaint was made.
 */
int place_open(const char *command, const char *audit, struct records **ret_records);

/* Says on stderr what could not be read. Returns 0, or an exit status. */
int place_tell(const char *command, const struct records *records);
