/*
 * Where a symbolic link in a directory of hooks leads, by its text alone. Admin's process.
 *
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */
#pragma once

#include <limits.h>
#include <stddef.h>

struct link {
    char target[PATH_MAX]; /* as it stands in the link */
    char entry[PATH_MAX];  /* the entry of the directory that it leads to or into */
    size_t size;           /* bytes of it; 0: it leads out of the directory, or to itself */
};

/* `inside` is the link's path from `directory`. Returns 0 or negative errno (-EINVAL: no link). */
int link_read(const char *directory, const char *inside, struct link *ret_link);
