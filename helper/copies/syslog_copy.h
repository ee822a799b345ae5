/*
 * A denied call for syslog. Helper.
 *
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */
#pragma once

#include "copy.h"

/* syslog_copy_send() was given a record that syslog is not told. */
#define SYSLOG_COPY_E_OTHER 1

/*
 * Sends one line from a socket of datagram_socket(), where the record is of a call that was denied.
 * Returns 0, SYSLOG_COPY_E_OTHER, or a negative errno: syslog does not have it then, and nothing
 * was waited for.
 */
int syslog_copy_send(int fd, const struct copy *copy);
