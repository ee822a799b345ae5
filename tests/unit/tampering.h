/*
 * The ways in which one record of a log can be tampered with. The test's own process.
 *
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */
#pragma once

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#define LINES_MAX 4096

struct line {
    const char *text; /* with its newline */
    size_t size;
};

struct log {
    char *text;
    struct line lines[LINES_MAX];
    size_t count;
};

/* What a tampering puts in the place of `taken` lines from `at` on, and where the log ends. */
struct tampered {
    size_t at, taken;
    char *put; /* owned */
    size_t put_size;
    bool cut;
};

struct way {
    const char *name;
    void (*make)(const struct log *log, size_t at, struct tampered *ret_tampered);
};

struct tampering {
    const char *name;
    const struct way *ways;
    size_t count;
    uint64_t breaks; /* that it makes at the most; 0: a cut tail */
    bool to_last;    /* done to the last record it is no cut tail */
};

extern const struct tampering tamperings[];
extern const size_t tampering_count;
