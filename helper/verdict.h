/*
 * From how scripts ended to a verdict. Helper.
 *
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */
#pragma once

#include "failure_policy.h"
#include "supervise.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/* How one script, or the call as a whole, ended. */
struct outcome {
    const char *reason; /* a code of reason.h, static */
    char *text;         /* the sentence about it; owned; NULL where all went well */
};

/* What an outcome's sentences tell of the call. */
struct outcome_words {
    const char *config;   /* path of the configuration, for the mend; NULL: none */
    uint64_t deadline_ms; /* of the call, from its arrival */
    uint64_t output_max;
    bool event; /* the call's class: its scripts get more time by another section */
};

/* Of a script at `path` that was run. Returns 0 or -ENOMEM. */
int outcome_of_run(const char *path, const struct run_result *result,
                   const struct outcome_words *words, struct outcome *ret_outcome);

/* Of a script or call that was not run: `format` gives the sentence. Returns 0 or -ENOMEM. */
int outcome_of_problem(const char *reason, struct outcome *ret_outcome, const char *format, ...)
    __attribute__((format(printf, 3, 4)));

bool outcome_is_good(const struct outcome *outcome);
void outcome_clear(struct outcome *outcome);

/* The verdict; its reason is static, its message the caller's to free. */
struct decision {
    bool allow;
    const char *reason;
    char *message;
};

/*
 * Of an event, which is over: always to allow. The first bad outcome gives reason and sentence.
 * Returns 0 or -ENOMEM.
 */
int verdict_of_event(const struct outcome *outcomes, size_t count, struct decision *ret_decision);

/*
 * The first outcome that the policy denies decides; else the first bad one, which is allowed by the
 * policy; else all is well. Returns 0 or -ENOMEM.
 */
int verdict_decide(const struct failure_policy *policy, const char *driver, const char *operation,
                   const struct outcome *outcomes, size_t count, struct decision *ret_decision);
