/*
 * What goes out to a client. Helper; for peer.c, others use peer_send().
 *
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */
#pragma once

#include "peer.h"

/* Sends what the socket takes; the rest waits for EPOLLOUT. */
void peer_flush(struct peer *peer);

/* Throws away what was not sent. */
void peer_clear_queue(struct peer *peer);

/* Makes the socket's end visible to peer.c, the one place where a peer may be freed. */
void peer_cut_off(struct peer *peer);
