/*
 * One delivery: its call, or the calls of those of its scripts that are to be run again.
 * virteventd, in a thread that waits for it.
 *
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */
#pragma once

#include "delivery.h"
#include "store.h"

#include <stdbool.h>
#include <virthook.h>

/* EX_TEMPFAIL of sysexits.h: try again later. */
#define DELIVER_AGAIN_STATUS 75

/* Of what did not go well, one sentence. */
#define DELIVER_NOTE_SIZE 512

/* How to deliver; the same for all. */
struct deliver {
    struct virthook *hook;
    struct store *store;
    char unkept_prefix[DELIVERY_PREFIX_SIZE]; /* of what the store does not know */
    bool is_stopping;                         /* atomic: no further call */
};

enum deliver_outcome {
    DELIVER_DONE,      /* it is over */
    DELIVER_REFUSED,   /* it is over: the helper would never take it */
    DELIVER_AGAIN,     /* scripts are to be run again, later */
    DELIVER_NOT_RUN,   /* the helper was there and ran nothing: again, later */
    DELIVER_NO_HELPER, /* there was none: again, later, as all others */
    DELIVER_STOPPED,   /* at the next start */
};

struct deliver_result {
    enum deliver_outcome outcome;
    unsigned int retried;         /* calls of one script again */
    unsigned int given_up;        /* scripts that have exited with 75 as often as is tried */
    char note[DELIVER_NOTE_SIZE]; /* why it was refused or not run, or there was no helper */
    char given_up_note[DELIVER_NOTE_SIZE]; /* the last of them */
};

/* Makes the calls, waits for them, and keeps in delivery and store what is still to be done. */
void deliver(struct deliver *deliver, struct delivery *delivery, struct deliver_result *ret_result);
