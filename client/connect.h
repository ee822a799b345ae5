/*
 * A connection to a service's socket. Caller's process.
 *
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */
#pragma once

#include <stdint.h>

/*
 * Connects, at most until `until_ms`, also where the service does not take connections. The socket
 * is the caller's. Returns 0; -ETIMEDOUT; -ENOENT or -ECONNREFUSED where nothing
 * listens; or another negative errno.
 */
int connect_service(const char *path, uint64_t until_ms, int *ret_socket);
