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

/*
 * For a person: the output on stdout, what the scripts said and one line of verdict on stderr.
 * Returns 0 or a negative errno.
 */
int show_plain(const struct virthook_reply *reply);

/* For a program: one JSON object on stdout. Returns 0 or a negative errno. */
int show_json(const struct virthook_reply *reply);
