/*
 * The end of virteventd: no new calls, and some time for those that run. virteventd, in the main
 * thread; a thread of its own waits.
 *
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */
#include "ending.h"

#include "cleanup.h"
#include "loop.h"

#include <libvirt/libvirt.h>
#include <pthread.h>
#include <sys/eventfd.h>

struct ending {
    struct dispatch *dispatch;
    uint64_t until_ms;
    int over; /* an eventfd */
    pthread_t thread;
};

static void *await(void *user)
{
    struct ending *ending = user;

    (void)dispatch_await(ending->dispatch, ending->until_ms);
    if (eventfd_write(ending->over, 1) < 0)
        abort();
    return NULL;
}

static void on_over(int watch, int fd, int events, void *user)
{
    loop_end();
}

static int begin(struct ending *ending)
{
    ending->over = eventfd(0, EFD_CLOEXEC);
    if (ending->over < 0)
        return -errno;
    if (virEventAddHandle(ending->over, VIR_EVENT_HANDLE_READABLE, on_over, NULL, NULL) < 0)
        return -ENOMEM;
    dispatch_stop(ending->dispatch);
    return -pthread_create(&ending->thread, NULL, await, ending);
}

int ending_begin(struct dispatch *dispatch, uint64_t until_ms, struct ending **ret_ending)
{
    auto_free struct ending *ending = malloc(sizeof(*ending));
    int r;

    if (!ending)
        return -ENOMEM;
    *ending = (struct ending){.dispatch = dispatch, .until_ms = until_ms};
    r = begin(ending);
    if (r == 0)
        *ret_ending = take_pointer(&ending);
    return r;
}

void ending_free(struct ending *ending)
{
    if (!ending)
        return;
    pthread_join(ending->thread, NULL);
    close(ending->over);
    free(ending);
}
