/*
 * What a permissive script asks of the network by netlink. Runs in PID 1 of the script's namespace;
 * the messages are in the script's memory. Which socket a descriptor is, the kernel says.
 *
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */
#include "observe_message.h"

#include "caller.h"
#include "cleanup.h"

#include <fcntl.h>
#include <linux/audit.h>
#include <linux/capability.h>
#include <linux/netlink.h>
#include <linux/rtnetlink.h>
#include <string.h>
#include <sys/pidfd.h>
#include <sys/socket.h>

/* Of a message, or of several in one; what changes something stands among the first. */
#define LOOKED_AT 4096

/* The two lowest bits of a route message's type: RTM_GETLINK and its like. */
#define KIND_MASK 3
#define KIND_GET  2

/* Where bytes of a message are in the script's memory. */
struct place {
    uint64_t address;
    size_t size;
};

bool observe_knows_netlink(uint32_t protocol)
{
    return protocol == NETLINK_ROUTE || protocol == NETLINK_NETFILTER ||
           protocol == NETLINK_SOCK_DIAG || protocol == NETLINK_XFRM;
}

/* The process that a thread is of has its descriptors, as a rule. */
static int open_thread(pid_t thread)
{
    int fd = pidfd_open(thread, 0);

    /* PIDFD_THREAD, since Linux 6.9. */
    return fd < 0 ? pidfd_open(thread, O_EXCL) : fd;
}

/* The protocol of a netlink socket; -EPROTOTYPE for another descriptor, or why it cannot be told.
 */
static int find_protocol(pid_t thread, int number)
{
    auto_close int process = open_thread(thread), fd = -EBADF;
    int family = 0, protocol = 0;
    socklen_t size = sizeof(int);

    if (process < 0)
        return -errno;
    fd = pidfd_getfd(process, number, 0);
    if (fd < 0)
        return errno == EBADF ? -EPROTOTYPE : -errno;
    if (getsockopt(fd, SOL_SOCKET, SO_DOMAIN, &family, &size) < 0 || family != AF_NETLINK)
        return -EPROTOTYPE;
    size = sizeof(int);
    if (getsockopt(fd, SOL_SOCKET, SO_PROTOCOL, &protocol, &size) < 0)
        return -errno;
    return protocol;
}

/* Structures in the script's memory are as this process has them. */
static bool has_own_layout(const struct question *question)
{
    return !(question->call->data.arch & __AUDIT_ARCH_64BIT) == (sizeof(void *) < sizeof(uint64_t));
}

static int find_place(const struct question *question, struct place *ret_place)
{
    const struct plan_watch *watch = question->watch;
    pid_t thread = (pid_t)question->call->pid;
    struct msghdr message = {};
    struct iovec part = {};
    int r;

    *ret_place = (struct place){question_argument(question, watch->path),
                                (size_t)question_argument(question, watch->extra)};
    if (watch->extra >= 0)
        return 0;
    if (!has_own_layout(question))
        return -EPERM;
    r = caller_read(thread, ret_place->address, &message, sizeof(message));
    if (r == 0 && message.msg_iovlen > 0)
        r = caller_read(thread, (uint64_t)(uintptr_t)message.msg_iov, &part, sizeof(part));
    if (r < 0 || message.msg_iovlen == 0)
        return r < 0 ? r : -ENOENT;
    *ret_place = (struct place){(uint64_t)(uintptr_t)part.iov_base, part.iov_len};
    return 0;
}

/* Whether one of the messages is no question. */
static bool has_change(const char *bytes, size_t size)
{
    struct nlmsghdr header;

    for (size_t at = 0; size - at >= sizeof(header); at += NLMSG_ALIGN(header.nlmsg_len)) {
        memcpy(&header, bytes + at, sizeof(header));
        if (header.nlmsg_type >= RTM_BASE && (header.nlmsg_type & KIND_MASK) != KIND_GET)
            return true;
        if (header.nlmsg_len < sizeof(header) || NLMSG_ALIGN(header.nlmsg_len) > size - at)
            return false;
    }
    return false;
}

/* Returns 1 where routes, addresses or links are changed, 0 where not, or why it cannot be told. */
static int changes_routes(const struct question *question)
{
    char bytes[LOOKED_AT];
    struct place place;
    int r = find_place(question, &place);

    if (r < 0)
        return r == -ENOENT ? 0 : r;
    if (place.size > sizeof(bytes))
        place.size = sizeof(bytes);
    r = caller_read((pid_t)question->call->pid, place.address, bytes, place.size);
    return r < 0 ? r : has_change(bytes, place.size);
}

/* Firewall and IPsec let nobody else even ask. */
static int needs_admin(const struct question *question, int protocol)
{
    if (protocol == NETLINK_ROUTE)
        return changes_routes(question);
    return protocol == NETLINK_NETFILTER || protocol == NETLINK_XFRM;
}

void observe_message(const struct question *question)
{
    pid_t thread = (pid_t)question->call->pid;
    int protocol = find_protocol(thread, (int)question_argument(question, 0));
    int r = protocol < 0 ? protocol : needs_admin(question, protocol);

    if (protocol == -EPROTOTYPE)
        return;
    if (protocol >= 0)
        question_tell_network(question);
    if (r < 0)
        question_tell(question, SIGHT_UNKNOWN, 0, NULL);
    else if (r > 0 && !question_holds(question, CAP_NET_ADMIN))
        question_tell(question, SIGHT_CAPABILITY, CAP_NET_ADMIN, NULL);
}
