/*
 * A call's state, and the steps of its way that its files call of each other: call.c (received,
 * recorded, accepted; taken back), call_choice.c (what is chosen for it), call_scripts.c (its
 * scripts, one after the other), call_end.c (decided, recorded, answered). Helper.
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

/* What one script of a call gets. */
struct call_choice {
    const struct sandbox *sandbox; /* NULL: a reload has taken away the profile that it asked for */
    uint64_t timeout_ms;           /* of an event's script, in place of its profile's; 0: none */
    unsigned int retries;          /* of an event's script */
};

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
    struct script_list found; /* class event: from its arrival on; else from its start */
    int found_error;          /* why they could not be found at the arrival, else 0 */
    bool delivers;            /* its delivery is kept in mind by it */
    size_t next_script;
    struct call_choice choice; /* of the script that runs */
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

/*
 * The scripts of the call, looked for afresh. Returns as discover_scripts(); on failure
 * `*ret_found` stays as it is.
 */
int call_find_scripts(const struct call *call, struct script_list *ret_found);

/* How long the call may take from its arrival, in milliseconds. */
uint64_t call_choose_time(const struct call *call);

/* What the configuration gives a script of the call, or the call asks for. */
struct call_choice call_choose(const struct call *call, const char *path);

/* Its turn has come: finds the scripts and runs them, and finishes in the end. */
void call_start(struct order_entry *entry);

/* The deadline has passed while no script ran. */
void call_note_time_out(struct call *call);

/* The call was cancelled while no script ran. */
void call_note_cancel(struct call *call);

/* Decides, records, answers; the call is gone then. */
void call_finish(struct call *call);

/* Tells the peer that the call is taken, and that it ends within this time from now. */
void call_send_accepted(struct call *call, uint64_t time_ms);

/* Takes a call out of its helper's list. */
void call_unlink(struct call *call);

/* Frees a call that is in no list. */
void call_free(struct call *call);
