/*
 * A record for the journal of systemd. Helper.
 *
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */
#pragma once

#include "copy.h"

/*
 * Sends the record's fields from a socket of datagram_socket(). Returns 0, or a negative errno: the
 * journal does not have it then, and nothing was waited for.
 */
int journal_copy_send(int fd, const struct copy *copy);
