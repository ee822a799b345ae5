/*
 * Questions about configuration and hooks, answered by the code that decides calls. Helper, started
 * for one question; it serves nobody and writes no file.
 *
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */
#pragma once

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct sandbox_host;

/* What is asked; all strings are borrowed. */
struct question {
    const char *word; /* one that answer_usage() takes */
    const char *const *names;
    size_t name_count;
    const char *config;              /* path of the configuration */
    bool config_given;               /* then it must exist */
    const char *hooks;               /* in place of the configuration's; or NULL */
    const char *audit;               /* the same */
    const char *profile;             /* that the call would ask for; or NULL */
    const struct sandbox_host *host; /* as far as it was tried; for check */
    const char *host_problem;        /* why no script can run on this host; or NULL */
    uint64_t deadline_ms;            /* in place of the configuration's; 0: not given */
};

/* Whether the answer needs to know what the host gives: `host` and `host_problem`. */
bool answer_needs_host(const char *word);

/* NULL where this can be asked with so many names; else what is taken, in words. */
const char *answer_usage(const char *word, size_t name_count);

/*
 * Prints one JSON object on stdout: the answer, or {"error": "…"} where there is none, as with a
 * configuration that is refused. Returns 0, or a negative errno with nothing printed.
 */
int answer_print(const struct question *question);
