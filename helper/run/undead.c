/*
 * Runners that were killed and are not yet reaped. Helper; the kernel alone speaks here.
 *
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */
#include "undead.h"

#include "cleanup.h"

#include <sys/epoll.h>
#include <sys/wait.h>

struct undead {
    struct loop *loop;
    struct source pidfd;
};

static size_t count;

size_t undead_count(void)
{
    return count;
}

static void undead_ready(struct source *source, uint32_t events)
{
    struct undead *undead = container_of(source, struct undead, pidfd);
    siginfo_t info;

    waitid(P_PIDFD, (id_t)source->fd, &info, WEXITED | WNOHANG);
    loop_remove(undead->loop, source);
    close(source->fd);
    free(undead);
    count--;
}

void undead_watch(struct loop *loop, int pidfd)
{
    auto_free struct undead *undead = calloc(1, sizeof(*undead));
    auto_close int owned = pidfd;

    /* Without memory the runner stays a zombie until the helper ends: nothing else depends on it.
     */
    if (!undead)
        return;
    undead->loop = loop;
    undead->pidfd = (struct source){.fd = owned, .ready = undead_ready};
    if (loop_add(loop, &undead->pidfd, EPOLLIN) < 0)
        return;
    take_fd(&owned);
    take_pointer(&undead);
    count++;
}
