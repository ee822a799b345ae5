/*
 * Why a call has no verdict: a reason code and the cause in words. Caller's process.
 *
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */
#pragma once

/* `reason` is one of reason.h and never freed; `cause` is owned, NULL where memory was short. */
struct failure {
    const char *reason;
    char *cause;
};

/* Replaces what is in `failure`. */
void failure_set(struct failure *failure, const char *reason, const char *format, ...)
    __attribute__((format(printf, 3, 4)));

/* Replaces what is in `failure` by a copy of `from`. */
void failure_copy(struct failure *failure, const struct failure *from);

void failure_clear(struct failure *failure);

/* The cause, or a word in its place where memory was short. */
const char *failure_cause(const struct failure *failure);
