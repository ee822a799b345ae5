/*
 * What virteventd must not forget over its own end: the deliveries not yet done, what was last
 * heard of each object, and where it was in counting. virteventd, any thread; the file is root's
 * (in a session the user's), and is read with care all the same.
 *
 * JSON lines. Each change is one line, appended by one write(2), so that after a SIGKILL the file
 * holds all changes up to one instant; a torn last line is ignored. An event's line is both its
 * delivery and what it says of its object. The file is written anew, beside, synced and renamed,
 * when most of it is over.
 *
 * Where the file cannot be written (a full disk) virteventd goes on and says so; the file is made
 * whole, but for events that came meanwhile, as soon as that can be done.
 *
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */
#pragma once

#include "delivery.h"
#include "states.h"

struct store;

/*
 * Opens or makes the file, mode 0600, and its directory. What of a damaged file can be read is
 * used; the file is then kept beside as PATH.damaged, and stderr says so.
 *
 * Returns 0; -EBUSY where another process has it; -ENOTSUP where it is no regular file; another
 * negative errno where it cannot be had.
 */
int store_open(const char *path, struct store **ret_store);

/* NULL is allowed. */
void store_close(struct store *store);

/* What the names of this installation's deliveries begin with; the store's. */
const char *store_prefix(const struct store *store);

/* The number of the next event; each is given once, also over restarts. */
uint64_t store_next_sequence(struct store *store);

/*
 * The deliveries that were not done when the store was opened, oldest first, the caller's; NULL the
 * second time.
 */
struct delivery *store_take_undone(struct store *store);

/*
 * What was last heard of this URI's objects, copied into the empty `ret_states`; not `known` where
 * nothing was. Returns 0 or -ENOMEM.
 */
int store_get_states(struct store *store, const char *uri, struct states *ret_states);

/*
 * The states of this URI's objects are these, all of them: after each comparison with the daemon's
 * answer. Returns 0 or a negative errno.
 */
int store_put_states(struct store *store, const char *uri, const struct states *states);

/*
 * A new delivery. An event of an object's life changes the states of its URI in the same line.
 * Returns 0 or a negative errno; it is not kept over a restart then, and stderr has said so.
 */
int store_add(struct store *store, const struct delivery *delivery);

/* Its attempt, rounds and retries have changed. */
int store_retry(struct store *store, const struct delivery *delivery);

/* It was delivered, or lost. */
int store_done(struct store *store, const struct delivery *delivery);
