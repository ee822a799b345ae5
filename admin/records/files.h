/*
 * The files of a log place, in the order in which they were written. Admin's process; the names in
 * the directory are not trusted.
 *
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */
#pragma once

#include <stddef.h>
#include <sys/types.h>
#include <time.h>

/* More files than that are of no log that is rotated. */
#define FILES_MAX 4096

struct log_file {
    char *path;      /* owned */
    size_t own_size; /* bytes of the path that name the file before it was rotated */
    int fd;          /* owned; negative where it could not be opened, or was taken */
    int error;       /* why it could not: a positive errno; else 0 */
    dev_t device;
    ino_t inode;
    struct timespec written; /* when last */
};

struct log_files {
    struct log_file *list;
    size_t count;
};

/*
 * Finds and opens all logs of a place: a directory (ending in a slash or not), or the file of the
 * first helper, beside which those of others (<stem>-2<suffix> ...) and the rotated ones (FILE.1,
 * FILE.2.gz, FILE-20261123) stand. Sorted by helper, of each the oldest first. As all are open, no
 * rotation from now on changes what is read; one that happens meanwhile makes it look again.
 * Returns 0, -ENOENT where there is none, -E2BIG over FILES_MAX, or another negative errno. The
 * caller clears.
 */
int files_find(const char *place, struct log_files *ret_files);

/* The directory of a place, ending in a slash; NULL where memory is short. The caller frees. */
char *files_directory(const char *place);

/* How many of these, which are sorted, belong to the helper of the first. */
size_t files_of_one(const struct log_file *list, size_t count);

void files_clear_one(struct log_file *file);
void files_clear(struct log_files *files);
