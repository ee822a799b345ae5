/*
 * The helper's event loop. Its input is the kernel's; what is read from the descriptors is the
 * business of the sources.
 *
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */
#include "loop.h"

#include "cleanup.h"
#include "clock.h"

#include <stdbool.h>
#include <sys/epoll.h>

struct loop {
    int epoll_fd;
    bool stopped;
    struct timer *first, *last; /* sorted by at_ms */
};

int loop_new(struct loop **ret_loop)
{
    auto_free struct loop *loop = calloc(1, sizeof(*loop));

    if (!loop)
        return -ENOMEM;
    loop->epoll_fd = epoll_create1(EPOLL_CLOEXEC);
    if (loop->epoll_fd < 0)
        return -errno;
    *ret_loop = take_pointer(&loop);
    return 0;
}

void loop_free(struct loop *loop)
{
    if (!loop)
        return;
    close(loop->epoll_fd);
    free(loop);
}

static int control(struct loop *loop, int operation, struct source *source, uint32_t events)
{
    struct epoll_event event = {.events = events, .data.ptr = source};

    return epoll_ctl(loop->epoll_fd, operation, source->fd, &event) < 0 ? -errno : 0;
}

int loop_add(struct loop *loop, struct source *source, uint32_t events)
{
    return control(loop, EPOLL_CTL_ADD, source, events);
}

int loop_modify(struct loop *loop, struct source *source, uint32_t events)
{
    return control(loop, EPOLL_CTL_MOD, source, events);
}

void loop_remove(struct loop *loop, struct source *source)
{
    control(loop, EPOLL_CTL_DEL, source, 0);
}

void loop_disarm(struct timer *timer)
{
    struct loop *loop = timer->loop;

    if (!loop)
        return;
    if (timer->previous)
        timer->previous->next = timer->next;
    else
        loop->first = timer->next;
    if (timer->next)
        timer->next->previous = timer->previous;
    else
        loop->last = timer->previous;
    timer->previous = timer->next = NULL;
    timer->loop = NULL;
}

/* Looked for from the end: most deadlines are equally long, so a new one is mostly the last. */
void loop_arm(struct loop *loop, struct timer *timer, uint64_t at_ms)
{
    struct timer *before = NULL;

    loop_disarm(timer);
    if (at_ms == CLOCK_NEVER)
        return;
    before = loop->last;
    while (before && before->at_ms > at_ms)
        before = before->previous;
    timer->at_ms = at_ms;
    timer->loop = loop;
    timer->previous = before;
    timer->next = before ? before->next : loop->first;
    if (timer->next)
        timer->next->previous = timer;
    else
        loop->last = timer;
    if (before)
        before->next = timer;
    else
        loop->first = timer;
}

static void fire_timers(struct loop *loop)
{
    uint64_t now = clock_now_ms();

    while (loop->first && loop->first->at_ms <= now) {
        struct timer *timer = loop->first;

        loop_disarm(timer);
        timer->fired(timer);
    }
}

int loop_run(struct loop *loop)
{
    loop->stopped = false;
    while (!loop->stopped) {
        struct epoll_event event;
        int count;

        /* Timers before the wait: one that removes a source leaves no event of it behind. */
        fire_timers(loop);
        if (loop->stopped)
            break;
        count = epoll_wait(loop->epoll_fd, &event, 1,
                           loop->first ? clock_timeout_ms(loop->first->at_ms) : -1);
        if (count < 0 && errno != EINTR)
            return -errno;
        if (count > 0) {
            struct source *source = event.data.ptr;

            source->ready(source, event.events);
        }
    }
    return 0;
}

void loop_stop(struct loop *loop)
{
    loop->stopped = true;
}
