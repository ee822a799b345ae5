/*
 * What `virt-hook adopt` and `release` are asked for. Admin's process.
 *
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */
#pragma once

#include <stdbool.h>
#include <stddef.h>

#define ADOPT_DRIVERS 6

/* libvirt's drivers with hooks, in the order in which they are shown. */
extern const char *const adopt_drivers[ADOPT_DRIVERS];

/* Paths are absolute, without a slash at their end, and owned. */
struct adopt_request {
    const char *command; /* "adopt" or "release" */
    bool release;
    bool dry_run;
    bool named; /* drivers were named, else all are meant */
    bool asked[ADOPT_DRIVERS];
    char *libvirt; /* where libvirt looks for hooks */
    char *hooks;   /* where virthook does */
    char *shim;
};

/*
 * The driver, as its place in adopt_drivers, to which an entry of a directory of hooks belongs: a
 * driver's name, or that with ".d". `size` bytes of `name` count. -1 for all else.
 */
int adopt_driver_of(const char *name, size_t size);
