/*
 * The failure policy as this process knows it. Caller's process.
 *
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */
#pragma once

#include "failure_policy.h"

#include <limits.h>
#include <stdbool.h>

/*
 * Where it is from, the nearest first: the helper's hello; the copy that a service leaves on disk
 * for clients that live too short to have had one; the defaults.
 */
struct known_policy {
    bool from_hello;
    struct failure_policy rules;
};

/* What the copy of a service's hello says. */
struct policy_copy {
    struct failure_policy rules;
    char hooks[PATH_MAX]; /* where the service finds hooks; "" where it does not say */
};

/* Takes the policy of a hello. */
void policy_learn(struct known_policy *policy, const struct failure_policy *rules);

/*
 * Whether a call without a verdict is allowed. `path` is that of the copy on disk, which is read
 * where no hello came; "" for none.
 */
bool policy_allows(const struct known_policy *policy, const char *path, const char *driver,
                   const char *operation);

/*
 * Reads a copy: a helper's hello as one packet. It is believed where it is a plain file of root's,
 * or of the caller's own user, that nobody else can write, of at most PROTOCOL_PACKET_MAX bytes.
 * Returns 0, -EPERM where it is not to be believed, -EBADMSG where it is no such packet, or another
 * negative errno.
 */
int policy_read_copy(const char *path, struct policy_copy *ret_copy);
