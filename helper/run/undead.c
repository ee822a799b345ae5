/*
 * Runners that were killed and are not yet dead. Helper; the kernel alone speaks here.
 *
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */
#include "undead.h"

#include "cleanup.h"

#include <sys/epoll.h>

struct undead {
    struct undead *next;
    struct loop *loop;
    struct source pidfd;
};

static struct undead *first;
static size_t count;

size_t undead_count(void)
{
    return count;
}

static void forget(struct undead *undead)
{
    struct undead **slot = &first;

    while (*slot != undead)
        slot = &(*slot)->next;
    *slot = undead->next;
    loop_remove(undead->loop, &undead->pidfd);
    close(undead->pidfd.fd);
    free(undead);
    count--;
}

static void undead_ready(struct source *source, uint32_t events)
{
    struct undead *undead = container_of(source, struct undead, pidfd);
    forget(undead);
}

void undead_watch(struct loop *loop, int pidfd)
{
    auto_free struct undead *undead = calloc(1, sizeof(*undead));
    auto_close int owned = pidfd;

    /* Without memory the runner is not counted: nothing else depends on it. */
    if (!undead)
        return;
    undead->loop = loop;
    undead->pidfd = (struct source){.fd = owned, .ready = undead_ready};
    if (loop_add(loop, &undead->pidfd, EPOLLIN) < 0)
        return;
    take_fd(&owned);
    undead->next = first;
    first = take_pointer(&undead);
    count++;
}

void undead_clear(void)
{
    while (first)
        forget(first);
}
