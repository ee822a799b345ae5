/*
 * What libvirt runs past virthook, told besides what helpers say. Admin's process.
 *
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */
#pragma once

#include <stdbool.h>

/*
 * Tells errors on stderr, and where `quiet` is not set on stdout how to begin with a host that has
 * adopted nothing. Returns 0, or STATUS_DENY where there is an error.
 */
int past_show(const char *libvirt, const char *shim, bool quiet);
