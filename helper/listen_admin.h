/*
 * The socket at which the admin asks this helper, private or a service. Helper.
 *
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */
#pragma once

#include "state.h"

/*
 * Makes the socket NAME-PID.sock in the folder of admin sockets, and removes those there that dead
 * helpers have left. It must still have its privileges. Where the socket cannot be had the helper
 * goes on without: a service says so on stderr, since it may be asked by its own socket alone.
 */
void listen_admin_start(struct helper *helper);

/* Stops listening there, and removes the socket. */
void listen_admin_stop(struct helper *helper);
