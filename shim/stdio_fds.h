/*
 * What the shim writes to stdout and stderr. Shim.
 *
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */
#pragma once

#include <stddef.h>

/* What a reader of ours may leave unread at the longest. */
#define STDIO_WRITE_MS 10000

/* Writes all, in at most STDIO_WRITE_MS. Returns 0, -ETIMEDOUT or another negative errno. */
int stdio_write(int fd, const void *data, size_t size);
