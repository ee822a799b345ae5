/*
 * The way to a helper: the channel in use, or a new one. Caller's process.
 *
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */
#pragma once

#include "call.h"
#include "hook.h"

/*
 * Sees to it that hook->channel is one that lives, as far as is known, within the call's time to be
 * acknowledged. Returns whether it is; else the call's failure says why not. Called with the hook's
 * lock held, which is given up while it waits.
 */
bool reach_channel(struct virthook *hook, struct call *call);

/*
 * Ends the channel in use and all lost ones; a private helper has a moment to end its scripts, then
 * it is killed. A fork of the process that opened the hook closes its descriptors only. Called when
 * no call is in flight.
 */
void reach_end(struct virthook *hook);
