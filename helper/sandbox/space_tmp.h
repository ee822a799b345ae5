/*
 * The mount namespace that guests' /tmp are kept in. Helper, at start.
 *
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */
#pragma once

#include <stdbool.h>

/*
 * Makes one that shows the folder `path` and nothing else, in the user namespace or, where that is
 * negative, in the helper's. `*ret_fd` is the caller's. Returns 0 or a negative errno.
 */
int space_tmp_make(const char *path, int user_ns, int *ret_fd);

/* Whether it shows the folder that is at `place` now, and not one that was removed since. */
bool space_tmp_is_of(const char *place, int mount_ns);

/* Mounts what is mounted on folders of the place in one namespace in the other too, as far as
 * nothing is mounted there. What cannot be had is left out. */
void space_tmp_copy(const char *place, int from_mount_ns, int to_mount_ns);
