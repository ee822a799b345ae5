/*
 * An event on its way to the helper: all that its call needs, kept until the call has ended.
 * virteventd. Names and document come from guests' and networks' definitions and are not trusted.
 *
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */
#pragma once

#include "event.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/* Hexadecimal digits and a NUL. */
#define DELIVERY_PREFIX_SIZE 17

/* "PREFIX-SEQUENCE", or "PREFIX-SEQUENCE.ATTEMPT" from the second on, and a NUL. */
#define DELIVERY_NAME_SIZE 56

struct lane;

/* A script that has exited with 75, EX_TEMPFAIL, and is to be run again alone. */
struct delivery_retry {
    char *script;      /* its path; owned */
    unsigned int left; /* how often it is still to be tried; at least 1 */
};

/* Strings are owned, and never NULL. */
struct delivery {
    uint64_t sequence; /* of this installation, from 1; goes on over restarts */
    char *uri, *kind, *object, *uuid, *event, *detail, *extra; /* as in struct event */
    char *document;           /* the event as --print shows it: one line of JSON, without its end */
    unsigned int attempt;     /* the number of the next call: 1 is for all scripts */
    unsigned int rounds;      /* of retries that have been */
    unsigned int idle_rounds; /* calls in which the helper ran nothing; not kept */
    struct delivery_retry *retries; /* from the second attempt on: whom it is for; owned */
    size_t retry_count;
    bool is_unkept;        /* the state file could not take it */
    struct lane *lane;     /* the queue's, while it runs */
    size_t size;           /* bytes of memory, counted once when it was made */
    struct delivery *next; /* whoever holds it has it in a list of his own */
};

/* A delivery of this event, with its document as it is now. Returns 0 or -ENOMEM. */
int delivery_make(const struct event *event, struct delivery **ret_delivery);

/*
 * A delivery of a document that was kept. Returns 0; -EBADMSG where it is none, its `size` bytes
 * not one JSON object with the members that a document has; or -ENOMEM.
 */
int delivery_parse(const char *document, size_t size, struct delivery **ret_delivery);

/* NULL is allowed. */
void delivery_free(struct delivery *delivery);

/* Those of a list, too. */
void delivery_free_all(struct delivery *first);

/* What names begin with, made by chance. Returns 0, or -EIO where there is no chance to be had. */
int delivery_make_prefix(char ret_prefix[DELIVERY_PREFIX_SIZE]);

/* The name of its next call: the same for the same event and attempt, whoever sends it when. */
void delivery_name(const struct delivery *delivery, const char *prefix,
                   char ret_name[DELIVERY_NAME_SIZE]);

/* Whether it tells that others were lost (kind daemon, event lost). */
bool delivery_tells_of_loss(const struct delivery *delivery);

/* One more script to be run again; 0 or -ENOMEM. */
int delivery_add_retry(struct delivery *delivery, const char *script, unsigned int left);

/* This one need not be run again; the others keep their order. */
void delivery_drop_retry(struct delivery *delivery, size_t index);
