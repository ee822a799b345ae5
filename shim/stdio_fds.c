/*
 * What the shim writes to stdout and stderr. Shim. Who reads it is not trusted to read
 * on.
 *
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */
#include "stdio_fds.h"

#include "clock.h"
#include "fd.h"

#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <poll.h>
#include <unistd.h>

/* The descriptor may block, since others share it: PIPE_BUF bytes have room where poll(2) says so.
 */
int stdio_write(int fd, const void *data, size_t size)
{
    uint64_t until_ms = clock_now_ms() + STDIO_WRITE_MS;
    const char *next = data;

    while (size > 0) {
        ssize_t written;
        int r = fd_await(fd, POLLOUT, until_ms);

        if (r < 0)
            return r;
        written = write(fd, next, size < PIPE_BUF ? size : PIPE_BUF);
        if (written < 0 && errno != EINTR && errno != EAGAIN)
            return -errno;
        if (written > 0) {
            next += written;
            size -= (size_t)written;
        }
    }
    return 0;
}
