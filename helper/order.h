/*
 * Who runs when: calls for one object in the order in which they came, and no more scripts at once
 * than there are slots. One order per class, so that hooks never wait behind event scripts. Helper.
 *
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */
#pragma once

#include <stdbool.h>
#include <stddef.h>

#define ORDER_BUCKETS 256

struct lane;

/* A call's place in the order; part of the call. */
struct order_entry {
    void (*start)(struct order_entry *entry); /* its turn has come */
    struct lane *lane;
    struct order_entry *next_in_lane, *next_ready;
    bool running;
};

/* The calls of one object. */
struct lane {
    char *driver, *object;
    struct order_entry *first, *last;
    struct lane *next;
};

struct order {
    size_t slots, running, waiting;
    bool pumping;
    struct order_entry *first_ready, *last_ready; /* the first of their lanes, without a slot yet */
    struct lane *buckets[ORDER_BUCKETS];
};

/*
 * Puts an entry last. order_pump() starts it when its turn comes. Returns 0 or -ENOMEM.
 */
int order_enter(struct order *order, struct order_entry *entry, const char *driver,
                const char *object);

/* Takes an entry out, at any time, running or not. */
void order_leave(struct order *order, struct order_entry *entry);

/* Starts what can start. An entry's start() may leave the order again. */
void order_pump(struct order *order);
