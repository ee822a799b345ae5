/*
 * A reply, shown to a person or to a program. Admin's process.
 *
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */
#pragma once

#include "virthook.h"

/*
 * What the hooks put out: new XML where there is some, else the ends of what the scripts printed,
 * one after the other. Returns a string that the caller frees, with its size; NULL where memory is
 * short.
 */
char *show_output(const struct virthook_reply *reply, size_t *ret_size);

/* Whether all scripts of an event did well, or there was none. */
bool show_is_good(const struct virthook_reply *reply);

/*
 * For a person: the output on stdout, what the scripts said and one line of verdict on stderr; of
 * an event, which is never denied, a line of whether it was done. Returns 0 or a negative errno.
 */
int show_plain(const struct virthook_reply *reply, bool event);

/*
 * For a program: one JSON object on stdout; of an event's scripts with how often they are to be
 * tried again. Returns 0 or a negative errno.
 */
int show_json(const struct virthook_reply *reply, bool event);
