/*
 * Which sockets a permissive script makes, and whom it connects to. Runner.
 *
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */
#pragma once

#include "observe.h"

/* A new socket: its family, and what goes with it. */
void observe_socket(const struct question *question);

/* A socket's address that is connected to, sent to, or bound. */
void observe_address(const struct question *question);
