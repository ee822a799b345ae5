/*
 * Where the log is that is to be read. Admin's process.
 *
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */
#pragma once

#include "places.h"
#include "records.h"

/*
 * Has `places->audit` where --audit did not say it: a session's log; else the configured place,
 * which the helper tells. Where the helper cannot tell, and neither --config nor --helper asked for
 * it, it is the built-in place, with a word on stderr. Returns 0, or an exit status where a
 * complaint was made.
 */
int place_find(const char *command, struct places *places);

/* Finds it, and opens it. Returns 0, or an exit status where a complaint was made. */
int place_open(const char *command, struct places *places, struct records **ret_records);

/* The same by records_open_live(). */
int place_open_live(const char *command, struct places *places, struct records **ret_records);

/* Says on stderr what could not be read. Returns 0, or an exit status. */
int place_tell(const char *command, const struct records *records);
