/*
 * Replies, as the caller gets them. Caller's process.
 *
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */
#pragma once

#include "failure.h"
#include "message.h"
#include "virthook.h"

/*
 * From a verdict, which the reply owns on success, and its output's memfd, or a negative one.
 * Returns 0 or a negative errno.
 */
int reply_from_verdict(struct message *verdict, int output, uint64_t duration_ms,
                       struct virthook_reply **ret_reply);

/* From a failure and what the failure policy says to it. Returns 0 or -ENOMEM. */
int reply_from_failure(const struct failure *failure, bool allow, const struct message_call *call,
                       uint64_t duration_ms, struct virthook_reply **ret_reply);

/* For a driver that has no script. Returns 0 or -ENOMEM. */
int reply_no_script(const char *driver, const char *hooks, uint64_t duration_ms,
                    struct virthook_reply **ret_reply);
