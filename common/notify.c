/*
 * Telling the service manager. Helper, virteventd; the environment is the service manager's, who
 * started the process.
 *
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */
#include "notify.h"

#include "cleanup.h"
#include "number.h"

#include <errno.h>
#include <inttypes.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <time.h>
#include <unistd.h>

/* A path, or with '@' before it a name in the abstract namespace. */
static int find_address(const char *name, struct sockaddr_un *ret_address, socklen_t *ret_size)
{
    size_t length = strlen(name);

    if (length < 2 || (name[0] != '/' && name[0] != '@'))
        return -EAFNOSUPPORT;
    if (length >= sizeof(ret_address->sun_path))
        return -ENAMETOOLONG;
    *ret_address = (struct sockaddr_un){.sun_family = AF_UNIX};
    memcpy(ret_address->sun_path, name, length);
    *ret_size = (socklen_t)(offsetof(struct sockaddr_un, sun_path) + length);
    if (name[0] == '@')
        ret_address->sun_path[0] = '\0';
    else
        (*ret_size)++;
    return 0;
}

int notify_send(const char *state)
{
    const char *name = getenv("NOTIFY_SOCKET");
    struct sockaddr_un address;
    socklen_t size;
    auto_close int fd = -EBADF;
    int r;

    if (!name)
        return 0;
    r = find_address(name, &address, &size);
    if (r < 0)
        return r;
    fd = socket(AF_UNIX, SOCK_DGRAM | SOCK_CLOEXEC, 0);
    if (fd < 0)
        return -errno;
    if (sendto(fd, state, strlen(state), MSG_DONTWAIT | MSG_NOSIGNAL,
               (const struct sockaddr *)&address, size) < 0)
        return -errno;
    return 0;
}

static bool read_variable(const char *name, uint64_t *ret_number)
{
    const char *text = getenv(name);

    return text && number_parse(text, ret_number);
}

uint64_t notify_watchdog_ms(void)
{
    uint64_t pid, us;

    if (!read_variable("WATCHDOG_USEC", &us) || us == 0)
        return 0;
    if (getenv("WATCHDOG_PID") &&
        (!read_variable("WATCHDOG_PID", &pid) || pid != (uint64_t)getpid()))
        return 0;
    return us / 2000 > 0 ? us / 2000 : 1;
}

int notify_reloading(void)
{
    struct timespec now;
    char state[64];

    clock_gettime(CLOCK_MONOTONIC, &now);
    snprintf(state, sizeof(state), "RELOADING=1\nMONOTONIC_USEC=%" PRIu64,
             (uint64_t)now.tv_sec * 1000000 + (uint64_t)now.tv_nsec / 1000);
    return notify_send(state);
}
