/*
 * One request's way through the helper. Helper.
 *
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */
#pragma once

#include "peer.h"

/*
 * Takes a call of the peer's, with the message and the descriptor of stdin (or negative), which are
 * emptied. Returns 0: the call ends in one record and, while the peer is there, one verdict, or it
 * was refused and the peer was told; or a PROTOCOL_E_… where it is not taken and the peer is to be
 * told.
 */
int call_receive(struct peer *peer, struct message *message, int *stdin_fd);

/* Takes back the peer's call of this id; one that is not open is let be. */
void call_cancel(struct peer *peer, uint64_t id);

/* The peer is gone: its calls are cancelled, and forget it. */
void call_orphan_all(struct peer *peer);

/* Cancels all calls of all peers, those of nobody included. */
void call_cancel_all(struct helper *helper);
