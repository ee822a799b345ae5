/*
 * A namespace that outlives the process that made it. Helper, at start.
 *
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */
#pragma once

#include <sys/types.h>

/* How it is made; all that is not needed is NULL. Each returns 0 or a negative errno. */
struct ns_maker {
    int (*enter)(const void *context);               /* in the child: into the new namespace */
    int (*settle)(pid_t child, const void *context); /* in the helper, once that is done */
    const void *context;
    const char *kind; /* of namespace, as in /proc/PID/ns: "mnt" */
};

/*
 * Makes one by a child that is gone when this returns. `*ret_fd` is the caller's. Returns 0 or a
 * negative errno.
 */
int ns_child_make(const struct ns_maker *maker, int *ret_fd);
