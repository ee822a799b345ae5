/*
 * What a service tells its manager: that it is ready, reloads, ends, and still lives.
 * sd_notify(3)'s protocol, as far as it is needed here, without its library. In helper and
 * virteventd; nothing is ever read, and no call waits.
 *
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */
#pragma once

#include <stdint.h>

/*
 * Sends `state`, assignments of sd_notify(3) one a line ("READY=1"), to the socket that
 * $NOTIFY_SOCKET names. Returns 0, also where the variable is not there: nobody wants to know;
 * -EAFNOSUPPORT where it names no unix socket, -EAGAIN where the manager does not read, or another
 * negative errno.
 */
int notify_send(const char *state);

/*
 * How often, in milliseconds, the manager wants "WATCHDOG=1" of this process: half of
 * $WATCHDOG_USEC, as sd_watchdog_enabled(3) advises, at least 1. 0 where it wants none, or of
 * another process ($WATCHDOG_PID).
 */
uint64_t notify_watchdog_ms(void);

/*
 * Says "RELOADING=1" with the moment, which Type=notify-reload asks for. Returns as notify_send().
 * "READY=1" says that the reload is over.
 */
int notify_reloading(void);
