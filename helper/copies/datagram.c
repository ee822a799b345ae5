/*
 * Datagrams to a receiver at a path, without waiting. Helper.
 *
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */
#include "datagram.h"

#include "cleanup.h"

#include <string.h>
#include <sys/socket.h>
#include <sys/un.h>

/*
 * Bytes that a receiver may have unread from this helper: a few hundred records, which come while
 * it writes to its disk. The kernel's default is 208 KiB.
 */
#define UNREAD_MAX (4 * 1024 * 1024)

int datagram_socket(int *ret_fd)
{
    int size = UNREAD_MAX;
    int fd = socket(AF_UNIX, SOCK_DGRAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0);

    if (fd < 0)
        return -errno;
    /* Over the host's limit where it may be; else as much as that allows. */
    if (setsockopt(fd, SOL_SOCKET, SO_SNDBUFFORCE, &size, sizeof(size)) < 0)
        (void)setsockopt(fd, SOL_SOCKET, SO_SNDBUF, &size, sizeof(size));
    *ret_fd = fd;
    return 0;
}

static int send_to(int fd, const char *path, struct msghdr message)
{
    struct sockaddr_un address = {.sun_family = AF_UNIX};

    if (strlen(path) >= sizeof(address.sun_path))
        return -ENAMETOOLONG;
    memcpy(address.sun_path, path, strlen(path));
    message.msg_name = &address;
    message.msg_namelen = sizeof(address);
    return sendmsg(fd, &message, MSG_DONTWAIT | MSG_NOSIGNAL) < 0 ? -errno : 0;
}

int datagram_send(int fd, const char *path, const void *data, size_t size)
{
    struct iovec part = {.iov_len = size};
    struct msghdr message = {.msg_iov = &part, .msg_iovlen = 1};

    memcpy(&part.iov_base, &data, sizeof(data));
    return send_to(fd, path, message);
}

int datagram_send_fd(int fd, const char *path, int sent_fd)
{
    union {
        struct cmsghdr header;
        char space[CMSG_SPACE(sizeof(int))];
    } control = {};
    struct msghdr message = {.msg_control = &control, .msg_controllen = sizeof(control)};
    struct cmsghdr *header = CMSG_FIRSTHDR(&message);

    header->cmsg_level = SOL_SOCKET;
    header->cmsg_type = SCM_RIGHTS;
    header->cmsg_len = CMSG_LEN(sizeof(sent_fd));
    memcpy(CMSG_DATA(header), &sent_fd, sizeof(sent_fd));
    return send_to(fd, path, message);
}
