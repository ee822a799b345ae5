/*
 * Where a command prints: stdout, or a file that is there whole or not at all, so that who reads it
 * at any moment reads a finished one. Admin's process.
 *
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */
#pragma once

#include <stdio.h>

struct output {
    FILE *stream;
    const char *path; /* borrowed; NULL: stdout */
    char *temporary;  /* owned: beside the path */
};

#define auto_output __attribute__((cleanup(output_clear)))

/* A device, a link or the like stands there, whose place a file must not take. */
#define OUTPUT_E_SPECIAL 1

/*
 * Opens the file beside `path` that is to take its place, NULL: stdout. Everyone may read it: the
 * node exporter is another user. Returns 0, OUTPUT_E_SPECIAL or a negative errno.
 */
int output_open(const char *path, struct output *ret_output);

/* Has all of it in its place. Returns 0 or a negative errno; then what was there before is. */
int output_finish(struct output *output);

/* Takes away what was not finished. */
void output_clear(struct output *output);
