/*
 * What the state file says, in memory: where in it each delivery is that is not done, and the
 * states of all objects. virteventd; who calls holds the store's lock.
 *
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */
#pragma once

#include "delivery.h"
#include "states.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/* A line of the file, with its end. */
struct ledger_line {
    uint64_t offset;
    size_t size; /* 0: there is none */
};

struct ledger_entry {
    uint64_t sequence;
    struct ledger_line event, retry;
    bool done;
};

struct ledger_uri {
    char *uri; /* owned */
    struct states states;
};

/* Zero-initialised it is empty. */
struct ledger {
    char prefix[DELIVERY_PREFIX_SIZE];
    uint64_t next;                /* sequence number; 0 is as 1 */
    struct ledger_entry *entries; /* by sequence, rising; done ones among them */
    size_t count, capacity;
    size_t undone;
    uint64_t undone_bytes; /* of their lines */
    struct ledger_uri *uris;
    size_t uri_count;
};

/*
 * A delivery whose line is at this place: changes the states of its URI's objects, too. Returns 0;
 * -EINVAL where its number is not above all before; -ENOMEM.
 */
int ledger_add(struct ledger *ledger, const struct delivery *delivery, struct ledger_line line);

/* What the event says of its object alone, where the delivery could not be kept. 0 or -ENOMEM. */
int ledger_note(struct ledger *ledger, const struct delivery *delivery);

/* That of a delivery not done; NULL where there is none. */
struct ledger_entry *ledger_find(const struct ledger *ledger, uint64_t sequence);

void ledger_set_retry(struct ledger *ledger, struct ledger_entry *entry, struct ledger_line line);

void ledger_set_done(struct ledger *ledger, struct ledger_entry *entry);

/* The states of this URI's objects, made where there are none; NULL where memory is short. */
struct states *ledger_states(struct ledger *ledger, const char *uri);

/* The kind of an object that has a state, as static text; NULL for others. */
const char *ledger_kind(const char *kind);

void ledger_clear(struct ledger *ledger);
