/*
 * New records as they come. Admin's process; it sleeps until the log's directory has news, ^C is
 * pressed, or nobody reads stdout any more.
 *
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */
#include "follow.h"

#include "command.h"

#include <errno.h>
#include <poll.h>
#include <signal.h>
#include <stdio.h>
#include <unistd.h>

static void end_at_once(int number)
{
    _exit(STATUS_INTERRUPTED);
}

void follow_prepare(void)
{
    signal(SIGINT, end_at_once);
}

static int show_new(const struct filter *filter, struct records *records, struct view *view)
{
    struct record record;
    int r;

    while ((r = records_next(records, &record)) > 0) {
        r = filter_matches(filter, record.json) ? view_put(view, &record) : 0;
        if (r < 0)
            return r;
    }
    return r < 0 ? r : view_flush(view);
}

/* Returns 0 where there is news, one of FOLLOW_E_*, or a negative errno. */
static int await(struct records *records, const sigset_t *open)
{
    /* No event is asked of stdout: an error shows anyway. */
    struct pollfd polled[] = {
        {.fd = records_watch(records), .events = POLLIN},
        {.fd = STDOUT_FILENO},
    };

    while (ppoll(polled, sizeof(polled) / sizeof(polled[0]), NULL, open) < 0) {
        if (errno != EINTR)
            return -errno;
    }
    return polled[1].revents ? FOLLOW_E_NOBODY : 0;
}

/* ^C ends it while it sleeps, so that no line is cut. */
static int hold_interrupts(sigset_t *ret_open)
{
    sigset_t set;

    sigemptyset(&set);
    sigaddset(&set, SIGINT);
    return sigprocmask(SIG_BLOCK, &set, ret_open) < 0 ? -errno : 0;
}

int follow(const struct filter *filter, struct records *records, struct view *view)
{
    sigset_t open;
    int r = hold_interrupts(&open);

    signal(SIGPIPE, SIG_IGN);
    while (r == 0) {
        r = await(records, &open);
        if (r == 0)
            r = records_refresh(records);
        if (r == -ENOENT)
            return FOLLOW_E_GONE;
        if (r == 0)
            r = show_new(filter, records, view);
    }
    return r == -EPIPE ? FOLLOW_E_NOBODY : r;
}
