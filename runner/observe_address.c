/*
 * Which sockets a permissive script makes, and whom it connects to. Runs in PID 1 of the script's
 * namespace; the address is in the script's memory.
 *
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */
#include "observe_address.h"

#include "caller.h"
#include "observe_message.h"
#include "observe_path.h"

#include <arpa/inet.h>
#include <errno.h>
#include <linux/capability.h>
#include <netinet/in.h>
#include <stdio.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/un.h>

/* Ports below need a capability to be bound. */
#define PORTS_LOW 1024

/* An address of any family, as far as it is looked at. */
union address {
    struct sockaddr any;
    struct sockaddr_un un;
    struct sockaddr_in ip4;
    struct sockaddr_in6 ip6;
    struct sockaddr_storage storage;
};

static bool grants_family(const struct question *question, uint32_t family)
{
    const struct plan *plan = question->observer->plan;
    const struct plan_watch *watches = plan_watches(plan);

    for (uint32_t i = 0; i < plan->watch_count; i++) {
        if (watches[i].kind == WATCH_FAMILY && watches[i].value == family)
            return true;
    }
    return false;
}

void observe_socket(const struct question *question)
{
    uint32_t family = (uint32_t)question_argument(question, 0);
    uint32_t type = (uint32_t)question_argument(question, question->watch->extra) & 0xf;
    bool is_raw = family == AF_PACKET ||
                  ((family == AF_INET || family == AF_INET6) && type == SOCK_RAW);

    if (!grants_family(question, family))
        question_tell(question, SIGHT_SOCKET, family, NULL);
    if (is_raw)
        question_tell_network(question);
    if (is_raw && !question_holds(question, CAP_NET_RAW))
        question_tell(question, SIGHT_CAPABILITY, CAP_NET_RAW, NULL);
    if (family == AF_NETLINK && !question_holds(question, CAP_NET_ADMIN) &&
        !observe_knows_netlink((uint32_t)question_argument(question, 2)))
        question_tell(question, SIGHT_UNKNOWN, family, NULL);
}

/* Where no address is given, the socket has its own. */
static int read_address(const struct question *question, union address *ret_address,
                        size_t *ret_size)
{
    uint64_t address = question_argument(question, question->watch->path);
    size_t size = (uint32_t)question_argument(question, question->watch->extra);

    memset(ret_address, 0, sizeof(*ret_address));
    if (!address || size < sizeof(ret_address->any.sa_family) || size > sizeof(*ret_address))
        return -ENOENT;
    *ret_size = size;
    return caller_read((pid_t)question->call->pid, address, ret_address, size);
}

/* They belong to a network; and Landlock's scope, its first bit, keeps scripts from strangers'. */
static bool hides_abstract(const struct question *question)
{
    return !question->watch->value || question->observer->plan->landlock_scope & 1;
}

static void look_at_unix(const struct question *question, const union address *address, size_t size)
{
    size_t length = size - offsetof(struct sockaddr_un, sun_path);
    char path[sizeof(address->un.sun_path) + 2] = "@";

    if (size <= offsetof(struct sockaddr_un, sun_path))
        return;
    if (length > sizeof(address->un.sun_path))
        length = sizeof(address->un.sun_path);
    if (address->un.sun_path[0] != '\0') {
        memcpy(path, address->un.sun_path, length);
        path[length] = '\0';
        observe_path_text(question, path);
    } else if (question->watch->kind == WATCH_CONNECT && hides_abstract(question)) {
        memcpy(path + 1, address->un.sun_path + 1, length - 1);
        path[length] = '\0';
        question_tell(question, SIGHT_CONNECT, 0, path);
    }
}

static uint32_t port_of(const union address *address)
{
    return ntohs(address->any.sa_family == AF_INET ? address->ip4.sin_port
                                                   : address->ip6.sin6_port);
}

static void tell_of_peer(const struct question *question, const union address *address)
{
    char host[INET6_ADDRSTRLEN] = "", text[INET6_ADDRSTRLEN + 16];
    bool is_ip4 = address->any.sa_family == AF_INET;
    const void *number = is_ip4 ? (const void *)&address->ip4.sin_addr : &address->ip6.sin6_addr;

    inet_ntop(address->any.sa_family, number, host, sizeof(host));
    snprintf(text, sizeof(text), is_ip4 ? "%s:%u" : "[%s]:%u", host, port_of(address));
    question_tell(question, SIGHT_CONNECT, 0, text);
}

static void look_at_ip(const struct question *question, const union address *address)
{
    uint32_t port = port_of(address);

    if (question->watch->kind == WATCH_CONNECT) {
        if (!question->watch->value)
            tell_of_peer(question, address);
        return;
    }
    question_tell_network(question);
    if (port > 0 && port < PORTS_LOW && !question_holds(question, (int)question->watch->value))
        question_tell(question, SIGHT_CAPABILITY, question->watch->value, NULL);
}

void observe_address(const struct question *question)
{
    union address address;
    size_t size = 0;
    int r = read_address(question, &address, &size);

    if (r == -ENOENT)
        return;
    if (r < 0)
        question_tell(question, SIGHT_UNKNOWN, 0, NULL);
    else if (address.any.sa_family == AF_UNIX)
        look_at_unix(question, &address, size);
    else if (address.any.sa_family == AF_INET || address.any.sa_family == AF_INET6)
        look_at_ip(question, &address);
}
