/*
 * A channel: one connection to one helper, from its making to its loss, shared by the calls of many
 * threads. Caller's process.
 *
 * One lock, the hook's, guards all of this; every function here but channel_new() is called with it
 * held. A channel is never mended: a lost one is left to its last user, and a new one made.
 *
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */
#pragma once

#include "failure.h"
#include "message.h"
#include "packet.h"
#include "policy.h"
#include "process.h"

#include <pthread.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/* A helper has this long from its start to its hello; then it counts as one that does not answer.
 */
#define CHANNEL_GREETING_MS 2000

/* So much earlier than that a call may find it overdue: it began before the helper did. */
#define CHANNEL_SLACK_MS 100

/* A ping that was unanswered for this long shows that the helper does not answer. */
#define CHANNEL_SILENCE_MS 900

/* A helper that leaves more calls than this without a verdict is lost. */
#define CHANNEL_GIVEN_UP_MAX 1024

enum exchange_state {
    EXCHANGE_NEW,   /* the helper's hello has not come: nothing may be sent */
    EXCHANGE_READY, /* the call may be sent */
    EXCHANGE_SENT,
    EXCHANGE_ACCEPTED, /* `promised_ms` holds */
    EXCHANGE_ANSWERED, /* `verdict` holds, or what answers the question */
    EXCHANGE_REFUSED,  /* the helper answered with an error: `failure` holds */
    EXCHANGE_LOST,     /* the channel was lost: its `failure` holds */
};

/* The packets of one call, or of one question, on one channel. */
struct exchange {
    struct exchange *next;
    enum message_type question; /* MESSAGE_STATUS or MESSAGE_RELOAD; 0 for a call */
    pthread_cond_t wake;
    enum exchange_state state;
    bool waiting; /* in channel_wait(), and so fit to read for all */
    bool poked;   /* something else than the state changed */
    uint64_t id;
    uint64_t accepted_ms;   /* when; 0 where it never was */
    uint64_t promised_ms;   /* the deadline that the helper named, from accepted_ms on */
    struct message verdict; /* or the status */
    int output;             /* the verdict's memfd, or negative */
    struct failure failure;
};

enum channel_state {
    CHANNEL_GREETING, /* connected; the helper's hello has not come */
    CHANNEL_OPEN,
    CHANNEL_LOST,
};

/* A call or question that we no longer wait for, whose packets may still come. */
struct given_up {
    enum message_type question;
    uint64_t id;
    bool accepted;
};

struct channel {
    struct channel *next; /* in the hook's list of lost ones */
    unsigned int references;
    enum channel_state state;
    pthread_mutex_t *lock;
    struct known_policy *policy; /* learns from the hello */
    char *who;                   /* "the helper /usr/libexec/virthook-helper", for messages */
    int socket;
    int wake;               /* eventfd: the reader is to look up */
    struct process process; /* of a private helper */
    uint64_t made_ms, lost_ms;
    uint64_t stdin_max; /* bytes, as the hello said */
    uint64_t last_id;
    uint64_t ping_id,
        ping_ms; /* the unanswered ping, and when it was sent; 0 where there is none */
    bool reset_seen;
    bool greeted;
    struct failure failure; /* why it was lost */
    struct exchange *exchanges;
    struct exchange *reader; /* the one thread that waits on the socket */
    struct given_up given_up[CHANNEL_GIVEN_UP_MAX];
    size_t given_up_count;
    struct packet packet;
};

/*
 * A channel that is connected to nothing yet, with one reference; its maker fills in socket,
 * process and who. Returns 0 or a negative errno.
 */
int channel_new(pthread_mutex_t *lock, struct known_policy *policy, struct channel **ret_channel);

void channel_ref(struct channel *channel);

/* Ends the channel with its last reference: the socket is closed, which ends a private helper. */
void channel_unref(struct channel *channel);

/*
 * Gives the channel up: a private helper is killed, a service disconnected from, and every exchange
 * that is not at its end is EXCHANGE_LOST. Does nothing where that has happened.
 */
void channel_lose(struct channel *channel, const char *reason, const char *format, ...)
    __attribute__((format(printf, 3, 4)));

/* Lets an exchange begin and end on the channel. */
void channel_join(struct channel *channel, struct exchange *exchange);
void channel_leave(struct channel *channel, struct exchange *exchange);

/* Gives the exchange a new state, and wakes its thread, whether that reads or sleeps. */
void channel_set_state(struct channel *channel, struct exchange *exchange,
                       enum exchange_state state);

/* Wakes its thread to look at something else than the state. */
void channel_poke(struct channel *channel, struct exchange *exchange);

/* The exchange with this id, or NULL. */
struct exchange *channel_find(const struct channel *channel, uint64_t id);

/*
 * Goes on without this exchange, which was sent: what still comes for it is dropped. A helper that
 * leaves too many like this is lost.
 */
void channel_give_up(struct channel *channel, const struct exchange *exchange);

/* Whether the other end is a process of ours. */
bool channel_is_private(const struct channel *channel);
