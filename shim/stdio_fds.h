/*
 * The shim's descriptors 0, 1 and 2. Shim.
 *
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */
#pragma once

#include <stddef.h>

/* What a reader of ours may leave unread at the longest. */
#define STDIO_WRITE_MS 10000

/*
 * Opens /dev/null for each of the three that is closed: a socket of the library's that took the
 * number would be written to as stdout.
 */
void stdio_secure(void);

/* Writes all, in at most STDIO_WRITE_MS. Returns 0, -ETIMEDOUT or another negative errno. */
int stdio_write(int fd, const void *data, size_t size);
