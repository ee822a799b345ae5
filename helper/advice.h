/*
 * What a script's own words tell of what its profile kept from it, where no system call was refused
 * and `denied` could not name it. Helper.
 *
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */
#pragma once

#include "supervise.h"

#include <stdbool.h>

/* How `denied` names libvirt. */
#define ADVICE_LIBVIRT          "libvirt (a hook must not call it back)"
#define ADVICE_LIBVIRT_OF_EVENT "libvirt (its profile hides libvirt's sockets)"

/*
 * Adds libvirt to what a confined script was refused, where libvirt's client library has said that
 * it found no socket; an event's script may call it where its profile grants that. Returns 0 or
 * -ENOMEM.
 */
int advice_add_libvirt(struct run_result *result, bool event);

/* Whether a profile held the script, so that it may have lacked what it would have elsewhere. */
bool advice_is_confined(const struct run_result *result);

/* Whether a confined script said that a file was not there for it, or not to be written. */
bool advice_is_about_files(const struct run_result *result);
