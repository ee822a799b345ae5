/*
 * What a profile has to grant for a script to do what it was seen doing. Admin's process.
 *
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */
#pragma once

#include "evidence.h"

/* The keys of a profile, in the order in which they are printed; then what is none. */
enum grant_key {
    GRANT_USER,
    GRANT_CAPABILITY,
    GRANT_CALL,
    GRANT_FAMILY,
    GRANT_NETWORK,
    GRANT_WRITABLE,
    GRANT_READABLE,
    GRANT_SOCKET,
    GRANT_EXECUTABLE,
    GRANT_SEEN, /* only looked at: what becomes of it says grants_fold() */
    GRANT_KEYS,
    GRANT_NEVER = GRANT_KEYS, /* no profile has it: `why` says what to do */
    GRANT_UNKNOWN,            /* it could not be observed: `why` says what that may mean */
};

struct grant {
    enum grant_key key;
    char *value;
    char *near_root;                 /* why it makes the script near root; NULL: it does not */
    const char *why;                 /* beside the reasons, in words; or NULL */
    const struct sighting **reasons; /* of the evidence's */
    size_t reason_count;
};

/* Starts as zeros. */
struct grants {
    struct grant *list;
    size_t count, room;
};

/* Adds the reason to the grant of this key and value, which is made where it is new. `why` is
 * borrowed. Returns 0 or -ENOMEM. */
int grants_add(struct grants *grants, enum grant_key key, const char *value, const char *why,
               const struct sighting *reason);

/* Gives the reasons of one grant to another, and takes the one off the list, where the last comes
 * to its place. Returns 0 or -ENOMEM. */
int grants_merge(struct grants *grants, size_t from, size_t into);

/* What the evidence calls for, in the order of keys and values. Returns 0 or -ENOMEM. */
int grants_make(const struct evidence *evidence, struct grants *ret_grants);

/* The key as the configuration has it; "" for what is none. */
const char *grant_key_name(enum grant_key key);

void grants_clear(struct grants *grants);
