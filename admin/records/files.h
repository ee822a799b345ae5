/*
 * The files of a log place, in the order in which they were written. Admin's process; the names in
 * the directory are not trusted.
 *
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */
#pragma once

#include <stddef.h>

/* More files than that are of no log that is rotated. */
#define FILES_MAX 4096

struct log_file {
    char *path;      /* owned */
    size_t own_size; /* bytes of the path that name the file before it was rotated */
};

struct log_files {
    struct log_file *list;
    size_t count;
};

/*
 * Finds all logs of a place: a directory (ending in a slash or not), or the file of the first
 * helper, beside which those of others (<stem>-2<suffix> ...) and the rotated ones (FILE.1,
 * FILE.2.gz, FILE-20261123) stand. Sorted by helper, of each the oldest first. Returns 0,
 * -ENOENT where there is none, -E2BIG over FILES_MAX, or another negative errno. The caller clears.
 */
int files_find(const char *place, struct log_files *ret_files);

void files_clear(struct log_files *files);
