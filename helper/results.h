/*
 * What came of a call's scripts, and of the call itself: filled while it runs, then judged,
 * recorded and sent. Helper.
 *
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */
#pragma once

#include "log.h"
#include "message.h"
#include "script_file.h"
#include "supervise.h"
#include "verdict.h"

/* What is told where a script's processes do not die. */
extern const char results_stuck_text[];

/* What the scripts' structures point to. */
struct result_strings {
    char *problem, *profile, *denied, *observed, *enforced, *stdout_tail, *stderr_tail;
    char *capabilities, *sha256;
};

/*
 * An outcome for each script, and at most one more, of the call. An outcome with no reason stands
 * where memory was short for its sentence.
 */
struct results {
    size_t script_count, outcome_count;
    struct message_script *scripts;
    struct audit_script *details; /* of each script, for its record */
    struct outcome *outcomes;
    struct result_strings *strings;
};

/* Makes room for this many scripts, and for what befalls the call. Returns 0 or -ENOMEM. */
int results_init(struct results *results, size_t scripts);
void results_clear(struct results *results);

/* A script that ran; the strings of `result` are taken. `path` is borrowed, `file` is copied. */
void results_add_run(struct results *results, const char *path, const struct script_file *file,
                     struct run_result *result, const struct outcome_words *words);

/* A script that was not run. Both strings are borrowed; the problem is copied. */
void results_add_not_run(struct results *results, const char *path, const char *problem);

/* What befell the call and not one of its scripts; once at the most. */
void results_add_problem(struct results *results, const char *reason, const char *format, ...)
    __attribute__((format(printf, 3, 4)));

/* Whether the last script that was added did well. */
bool results_last_is_good(const struct results *results);

/* Whether memory was short for one of the outcomes. */
bool results_are_short(const struct results *results);
