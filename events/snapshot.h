/*
 * What is there at a daemon now: its guests, networks and storage pools. virteventd.
 *
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */
#pragma once

#include "states.h"

#include <libvirt/libvirt.h>

/*
 * Asks the daemon, and waits for its answers as long as it takes: not in the thread of libvirt's
 * event loop, which finds out that a daemon is half dead. A kind that the daemon has no driver for
 * has no objects. Returns 0, -EIO where the daemon did not answer, or -ENOMEM; what was found until
 * then is in `ret_states`, which the caller clears.
 */
int snapshot_take(virConnectPtr connection, struct states *ret_states);
