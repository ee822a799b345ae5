/*
 * Waiting, many threads on one channel. Caller's process.
 *
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */
#pragma once

#include "channel.h"

/*
 * Waits until the exchange has another state, or was poked, or it is `until_ms`. Called with the
 * hook's lock held, which is given up meanwhile.
 */
void channel_wait(struct channel *channel, struct exchange *exchange, uint64_t until_ms);

/*
 * Waits, at most until `until_ms`, for room in the socket. Called with the hook's lock held, which
 * is given up meanwhile.
 */
void channel_wait_for_room(struct channel *channel, uint64_t until_ms);
