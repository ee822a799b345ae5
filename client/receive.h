/*
 * What a helper says. Caller's process.
 *
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */
#pragma once

#include "channel.h"

/*
 * Takes what lies in the socket, without waiting, and hands it to the exchanges; at most some
 * dozens of packets, so that the caller can look at its clock. A helper that breaks the protocol,
 * or is gone, makes the channel lost. Called with the hook's lock held.
 */
void channel_receive(struct channel *channel);
