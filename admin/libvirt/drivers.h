/*
 * libvirt's drivers with hooks, and its directory of them. Admin's process.
 *
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */
#pragma once

#include <stdbool.h>
#include <stddef.h>

/* Where libvirt looks for hooks. */
#define LIBVIRT_HOOKS "/etc/libvirt/hooks"

#define LIBVIRT_DRIVERS 6

/* In the order in which they are shown. */
extern const char *const libvirt_drivers[LIBVIRT_DRIVERS];

/* The driver's place in libvirt_drivers; -1 for a name that is none. */
int libvirt_find_driver(const char *name);

/*
 * The driver, as its place in libvirt_drivers, to which an entry of a directory of hooks belongs: a
 * driver's name, or that with ".d". `size` bytes of `name` count. -1 for all else.
 */
int libvirt_driver_of(const char *name, size_t size);

/* Whether there is a link at `path` with this very target. */
bool libvirt_is_link_to(const char *path, const char *target);
