/*
 * Mounts, held by their descriptors, and the places where they are put. Runner.
 *
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */
#pragma once

#include "walk.h"

#include <stdint.h>

/* A copy of what is mounted at and below the path, at no place yet. Returns 0 or a negative errno;
 * -ENOENT where it is not there, -ELOOP where a link on the way is not followed. */
int runner_take_copy(const struct walk_owner *owner, const char *path, int *ret_fd);

/* Gives the mount a MOUNT_ATTR_; `flags` may be AT_RECURSIVE. Returns 0 or a negative errno. */
int runner_set_attribute(int mount, unsigned int flags, uint64_t attribute);
int runner_make_read_only(int mount, unsigned int flags);

/*
 * Puts the mount at the path. What of that is not there is made, where it can be: folders, and at
 * the end a folder or a file, as the mount's own root is. Returns 0 or a negative errno.
 */
int runner_attach(const struct walk_owner *owner, int mount, const char *path);
