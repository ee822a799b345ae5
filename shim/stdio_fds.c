/*
 * The shim's descriptors 0, 1 and 2, as a daemon or a person left them; who reads what is written
 * is not trusted to read on.
 *
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */
#include "stdio_fds.h"

#include "clock.h"

#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <poll.h>
#include <unistd.h>

void stdio_secure(void)
{
    int fd;

    do
        fd = open("/dev/null", O_RDWR | O_CLOEXEC);
    while (fd >= 0 && fd <= STDERR_FILENO);
    if (fd >= 0)
        close(fd);
}

static int await_room(int fd, uint64_t until_ms)
{
    struct pollfd pollfd = {.fd = fd, .events = POLLOUT};
    int r;

    do
        r = poll(&pollfd, 1, clock_timeout_ms(until_ms));
    while (r < 0 && errno == EINTR);
    if (r < 0)
        return -errno;
    return r == 0 ? -ETIMEDOUT : 0;
}

/* The descriptor may block, since others share it: PIPE_BUF bytes have room where poll(2) says so.
 */
int stdio_write(int fd, const void *data, size_t size)
{
    uint64_t until_ms = clock_now_ms() + STDIO_WRITE_MS;
    const char *next = data;

    while (size > 0) {
        ssize_t written;
        int r = await_room(fd, until_ms);

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
