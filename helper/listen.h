/*
 * Sockets that clients connect to. Helper.
 *
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */
#pragma once

#include "peer.h"

#include <sys/un.h>

/* Binds the socket there, with mode 0600. Returns 0 or a negative errno. */
int listen_bind(int socket, const struct sockaddr_un *address);

/*
 * Serves who connects to a listening socket, which it takes over, as peers of this kind; added to
 * the list. Returns 0, or a negative errno with the socket closed.
 */
int listen_serve(struct helper *helper, int socket, enum peer_kind kind, struct listener **list);

/* Stops listening at all sockets of the list. */
void listen_end(struct listener **list);

/*
 * Makes the socket --listen asks for (mode 0600; a socket that a former helper left is replaced,
 * one that is being served is not) and takes over those of socket activation. Puts the copy of the
 * failure policy beside each. Returns 0, or a negative errno with a sentence in `*ret_error` that
 * the caller frees.
 */
int listen_start(struct helper *helper, char **ret_error);

/* Writes the copies of the failure policy anew. */
void listen_publish_policy(const struct helper *helper);

/* Stops listening; what was accepted goes on. */
void listen_stop(struct helper *helper);
