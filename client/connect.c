/*
 * A connection to a service's socket. Runs in the caller's process.
 *
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */
#include "connect.h"

#include "cleanup.h"
#include "clock.h"

#include <stdbool.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/time.h>
#include <sys/un.h>

/*
 * A stopped service's queue of connections fills up, and connect() then waits, bounded by the send
 * time-out alone: with O_NONBLOCK it would fail at once, and nothing could be polled for.
 */
static int bound_connect(int socket, uint64_t until_ms)
{
    uint64_t left_ms = (uint64_t)clock_timeout_ms(until_ms);
    struct timeval timeout = {.tv_sec = (time_t)(left_ms / 1000),
                              .tv_usec = (suseconds_t)(left_ms % 1000) * 1000};

    if (left_ms == 0)
        return -ETIMEDOUT;
    return setsockopt(socket, SOL_SOCKET, SO_SNDTIMEO, &timeout, sizeof(timeout)) < 0 ? -errno : 0;
}

static int connect_bounded(int socket, const struct sockaddr_un *address, uint64_t until_ms)
{
    int r;

    do {
        r = bound_connect(socket, until_ms);
        if (r < 0)
            return r;
        r = connect(socket, (const struct sockaddr *)address, sizeof(*address)) < 0 ? -errno : 0;
    } while (r == -EINTR);
    return r == -EAGAIN ? -ETIMEDOUT : r;
}

int connect_service(const char *path, uint64_t until_ms, int *ret_socket)
{
    auto_close int fd = socket(AF_UNIX, SOCK_SEQPACKET | SOCK_CLOEXEC, 0);
    struct sockaddr_un address = {.sun_family = AF_UNIX};
    int r;

    if (fd < 0)
        return -errno;
    if (strlen(path) >= sizeof(address.sun_path))
        return -ENAMETOOLONG;
    strcpy(address.sun_path, path);
    r = connect_bounded(fd, &address, until_ms);
    if (r == 0)
        *ret_socket = take_fd(&fd);
    return r;
}
