/*
 * Namespaces that are kept by mounts of them on files. Helper, at start.
 *
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */
#pragma once

/*
 * Opens the folder of pins beside `place`, made where it is missing; it is locked until it is
 * closed. Returns 0 or a negative errno.
 */
int pins_open(const char *place, int *ret_folder);

/* Opens the namespace that is pinned to the file `name`; -ENOENT where none is. */
int pins_find(int folder, const char *name, int *ret_fd);

/* Pins a namespace; -EINVAL for a mount namespace that the kernel does not let into this one. */
int pins_add(int folder, const char *name, int ns);
