/*
 * What `virt-hook adopt` and `release` are asked for. Admin's process.
 *
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */
#pragma once

#include "drivers.h"
#include "places.h"

#include <stdbool.h>
#include <stddef.h>

/* Paths are absolute, without a slash at their end, and owned. */
struct adopt_request {
    const char *command; /* "adopt" or "release" */
    bool release;
    bool dry_run;
    bool named; /* drivers were named, else all are meant */
    bool asked[LIBVIRT_DRIVERS];
    bool json;
    char *libvirt; /* where libvirt looks for hooks */
    char *hooks;   /* where virthook does */
    char *shim;
    struct places places; /* of the configuration and the helper alone */
    char **refusal;       /* borrowed: what adopt_refuse() said goes there */
};
