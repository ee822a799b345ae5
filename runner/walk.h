/*
 * From a path of the plan to what it names, without being led elsewhere. Runner.
 *
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */
#pragma once

#include <limits.h>
#include <sys/types.h>

/* Who may be trusted with symbolic links. */
struct walk_owner {
    uid_t root;   /* root, as this user namespace shows it */
    uid_t script; /* of the script; it is never trusted, unless it is root itself */
};

/* Whose links are followed for a script of this user. Returns 0 or a negative errno. */
int runner_find_owner(uid_t script, struct walk_owner *ret_owner);

/*
 * Walks the absolute `path` as far as it is there. A symbolic link is followed only where nobody
 * but root could have put it: it lies in a folder of root's that others may not write to, or is
 * root's own in a sticky one. `*ret_fd` is an O_PATH descriptor of the last thing that is there,
 * and `ret_rest` what of the path is not: empty, or names to be made below it. Returns 0, -ELOOP
 * for a link that is not followed, or what the kernel says.
 */
int runner_walk(const struct walk_owner *owner, const char *path, int *ret_fd,
                char ret_rest[PATH_MAX]);

/* The same for what has to be there: returns its descriptor, or a negative errno. */
int runner_find(const struct walk_owner *owner, const char *path);
