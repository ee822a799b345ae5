/*
 * What a permissive script asks of the network by netlink. Runner.
 *
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */
#pragma once

#include "observe.h"

/* A message that is sent by a socket, if it is one of netlink. */
void observe_message(const struct question *question);

/* Whether messages of this protocol tell what they need. */
bool observe_knows_netlink(uint32_t protocol);
