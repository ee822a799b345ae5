/*
 * Small file systems in memory, of one script alone. Runner.
 *
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */
#pragma once

#include "walk.h"

#include <stdint.h>

/* Mode as in chmod(1); bytes and files that it may hold; MOUNT_ATTR_ flags beside nosuid. */
struct private_folder {
    const char *mode;
    uint64_t size, files;
    uint64_t attributes;
};

/* Makes one and puts it at the path. `*ret_fd` is the mount; NULL where nobody wants that. Returns
 * 0 or a negative errno. */
int runner_attach_private(const struct walk_owner *owner, const struct private_folder *what,
                          const char *path, int *ret_fd);

/* The same for one of 16 MiB without devices. */
int runner_attach_small(const struct walk_owner *owner, const char *mode, const char *path,
                        int *ret_fd);
