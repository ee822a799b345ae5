/*
 * The namespaces that are kept for scripts from one call to the next: the user namespace of a
 * helper that is not root, and a mount namespace in which guests' /tmp are mounted, so that the
 * host's table of mounts does not grow with them. Both are pinned to files beside the place of the
 * guests' folders, where the next helper finds them. Helper, at start.
 *
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */
#pragma once

#include "user_ns.h"

#include <stdbool.h>

struct space {
    int user_ns_fd;  /* negative: the helper makes namespaces by its own capabilities */
    int mount_ns_fd; /* its root is the place of guests' folders; negative: guests have no /tmp of
                        their own that lasts */
    int net_ns_fd;   /* a network with nothing in it, for scripts that can do nothing to it;
                        negative: each has a fresh one */
    bool lasts;      /* over a restart of the helper */
};

/*
 * Finds or makes them, for the guests' folders at `place`, which is made where it is missing; `map`
 * is NULL where no user namespace is wanted. What is mounted in the spaces of helpers with another
 * map is mounted here too. Returns 0 or a negative errno; space_close() gives back.
 */
int space_open(const char *place, const struct user_ns_map *map, struct space *ret_space);

void space_close(struct space *space);
