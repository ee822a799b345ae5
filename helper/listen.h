/*
 * Sockets that clients connect to. Helper.
 *
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */
#pragma once

#include "state.h"

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
