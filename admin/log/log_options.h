/*
 * The command line of `virt-hook log`. Admin's process; its user is trusted, and makes mistakes.
 *
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */
#pragma once

#include "filter.h"
#include "places.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/* Bounds what -n keeps in memory. */
#define LOG_LAST_MAX 10000

/* Without -n. */
#define LOG_ALL SIZE_MAX

/* What --follow shows first, where neither -n nor --since says it. */
#define LOG_FOLLOW_LAST 10

/* Heads that are held against the log at once. */
#define LOG_EXPECT_MAX 64

struct log_options {
    struct places places;
    struct filter filter;
    size_t last;                        /* or LOG_ALL */
    const char *expect[LOG_EXPECT_MAX]; /* borrowed from argv */
    size_t expect_count;
    bool verify, head;    /* instead of the calls; at most one of them */
    const char *timeline; /* of this guest, instead of the calls; borrowed; or NULL */
    bool json, follow;
};

/* False where the command ends here, with `*ret_status`. The caller clears the options anyway. */
bool log_options_parse(int argc, char **argv, struct log_options *ret_options, int *ret_status);

void log_options_clear(struct log_options *options);
