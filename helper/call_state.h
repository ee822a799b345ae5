/*
 * A call's state, and the steps of its way that its three files call of each other: call.c
 * (received, recorded, accepted; taken back), call_scripts.c (its scripts, one after the other),
 * call_end.c (decided, recorded, answered). Helper.
 *
 * A call is in one of three states: it waits in the order (its timer is its deadline), it runs a
 * script (`run` is set, and keeps the deadline), or it is inside a function of these files.
 *
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */
#pragma once

#include "digest.h"
#include "peer.h"
#include "results.h"
#include "script_file.h"
#include "supervise.h"

struct call {
    struct call *previous, *next;
    struct helper *helper;
    struct peer *peer; /* NULL once it is gone */
    struct message message;
    struct audit_call record;
    char *peer_name, *peer_label;                  /* label: NULL where there is none */
    char stdin_sha256[DIGEST_SIZE];                /* empty where it could not be read */
    char output_sha256[DIGEST_SIZE];               /* the same of the new XML */
    uint64_t received_ms, started_ms, deadline_ms; /* started: 0 while it waits for its turn */
    struct timer timer;
    struct order_entry entry;
    bool in_order, cancelled;
    struct script_list found;
    size_t next_script;
    struct run *run;
    struct environment environment; /* of the script that runs */
    struct script_file file;        /* the same */
    struct results results;
    int stdin_fd, output_fd; /* output: of the last script that printed new XML */
    size_t output_bytes;
};

static inline const struct message_call *call_request(const struct call *call)
{
    return &call->message.call;
}

static inline struct order *call_order(struct call *call)
{
    return &call->helper->orders[call_request(call)->class];
}

/* Its deadline as it was told to the client, in milliseconds. */
static inline uint64_t call_time(const struct call *call)
{
    return call->deadline_ms - call->received_ms;
}

/* Its turn has come: finds the scripts and runs them, and finishes in the end. */
void call_start(struct order_entry *entry);

/* The deadline has passed while no script ran. */
void call_note_time_out(struct call *call);

/* The call was cancelled while no script ran. */
void call_note_cancel(struct call *call);

/* Decides, records, answers; the call is gone then. */
void call_finish(struct call *call);

/* Frees a call that is in no list. */
void call_free(struct call *call);
