/*
 * What is said to a helper. Caller's process; called with the hook's lock held.
 *
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */
#pragma once

#include "channel.h"

/*
 * Sends our hello. A helper that is gone already is no failure here: what it left to be read says
 * more. Returns 0 or -ENOMEM.
 */
int send_hello(struct channel *channel, const char *name);

/*
 * Sends a call under a fresh id, with its stdin's memfd or a negative one. On 0 the exchange is
 * EXCHANGE_SENT; -EAGAIN where the socket is full; else another negative errno, -EPIPE among them.
 */
int send_call(struct channel *channel, struct exchange *exchange, const struct message_call *call,
              int stdin_fd);

/* The same for the exchange's question. */
int send_question(struct channel *channel, struct exchange *exchange);

/*
 * Asks for a sign of life, unless an earlier ping still waits for its answer. A socket that is full
 * for a whole ping's time shows the same as a ping that is not answered.
 */
void send_ping(struct channel *channel);

/* Whether a ping waits for its answer too long already. One that did not go is tried again first.
 */
bool send_shows_silence(struct channel *channel);

/*
 * Takes a sent call back; of a question there is nothing to take back. Where the socket is full,
 * nothing is sent: the helper ends the call at its deadline.
 */
void send_cancel(struct channel *channel, const struct exchange *exchange);
