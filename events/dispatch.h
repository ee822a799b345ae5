/*
 * Events become calls of the helper: kept, queued, sent by threads, sent again. virteventd.
 *
 * A call for which there was no helper is sent again, under the same name, for as long as it takes;
 * all others wait meanwhile. Scripts that exit with 75, EX_TEMPFAIL, are run again alone as often
 * as the helper's configuration says, each time after twice as long, and their object's later
 * events wait.
 *
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */
#pragma once

#include "event.h"
#include "queue.h"
#include "store.h"

#include <stdbool.h>
#include <stdint.h>
#include <virthook.h>

#define DISPATCH_RUNNING_MOST 1024

struct dispatch;

struct dispatch_settings {
    struct queue_limits limits;
    unsigned int running_max; /* calls at once; 1 to DISPATCH_RUNNING_MOST */
    uint64_t retry_first_ms;  /* from 1 */
    uint64_t retry_most_ms;   /* not less than retry_first_ms */
};

struct dispatch_counts {
    struct queue_counts queue;
    uint64_t delivered; /* events whose call has ended, since the start */
    uint64_t retried;   /* calls of one script again */
    uint64_t given_up;  /* scripts that exited with 75 each time */
    uint64_t refused;   /* events that the helper would not take; lost, too */
    bool helper_away;   /* there is none, and events wait for it */
};

/*
 * Begins with what the store has undone. Hook and store are borrowed until dispatch_close().
 * Returns 0 or a negative errno.
 */
int dispatch_open(struct virthook *hook, struct store *store,
                  const struct dispatch_settings *settings, struct dispatch **ret_dispatch);

/* New settings, from now on. Returns 0. */
int dispatch_configure(struct dispatch *dispatch, const struct dispatch_settings *settings);

/*
 * Takes an event: the function of an event_sink, whose `user` is the dispatch. The event gets the
 * store's next sequence number, whatever it had. Always from the same thread.
 */
void dispatch_take(const struct event *event, void *user);

/*
 * Tells what was lost meanwhile, on stderr and as events of kind "daemon": to be called once a
 * second, in the thread of dispatch_take().
 */
void dispatch_attend(struct dispatch *dispatch);

void dispatch_count(struct dispatch *dispatch, struct dispatch_counts *ret_counts);

/* No new calls from now on. What waits is in the store, for the next start. */
void dispatch_stop(struct dispatch *dispatch);

/*
 * After dispatch_stop(): waits for the calls that run, at most until `until_ms` (common/clock.h).
 * False where some still do: the process may end all the same, and they are sent again at the next
 * start. May be called again.
 */
bool dispatch_await(struct dispatch *dispatch, uint64_t until_ms);

/* After dispatch_await() has said true. NULL is allowed. */
void dispatch_close(struct dispatch *dispatch);
