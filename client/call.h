/*
 * One call in flight. Caller's process.
 *
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */
#pragma once

#include "channel.h"
#include "hook.h"
#include "request.h"

/* A call is acknowledged within this, from its beginning: spawn, hello and all. */
#define CALL_ACKNOWLEDGE_MS 2000

/* What a call waits beyond the deadline that the helper named. */
#define CALL_GRACE_MS 1000

/* A helper is pinged so long before a call's time is over. */
#define CALL_PING_MS 1000

/*
 * A cancelled call waits so long for the helper's verdict, which says that its scripts are gone:
 * the helper's time between SIGTERM and SIGKILL, 5 s by default, and a second.
 */
#define CALL_CANCEL_MS 6000

struct call {
    struct call *next;             /* in the hook's list */
    const struct request *request; /* NULL where the exchange is a question */
    struct exchange exchange;
    struct channel *channel; /* while the exchange is on it */
    uint64_t started_ms;
    uint64_t cancelled_ms;  /* 0 where it was not */
    struct failure failure; /* its reason is NULL while there is none */
};

/* When this call must have been acknowledged. */
uint64_t call_acknowledge_end(const struct call *call);

/* Ends the call as taken back by the caller. */
void call_fail_cancelled(struct call *call);

/*
 * Makes the call, or asks the question: afterwards its exchange is EXCHANGE_ANSWERED, or `failure`
 * says why not. Called with the hook's lock held.
 */
void call_make(struct virthook *hook, struct call *call);

/* Takes the call back, from any thread, with the hook's lock held. Does nothing the second time. */
void call_cancel(struct virthook *hook, struct call *call);
