/*
 * The command line of `virt-hook stats`. Admin's process; its user is trusted, and makes mistakes.
 *
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */
#pragma once

#include "filter.h"
#include "places.h"

#include <stdbool.h>

enum stats_form {
    STATS_TABLE,
    STATS_JSON,
    STATS_OPENMETRICS,
};

/* What stands first; of equals, names in their order. */
enum stats_sort {
    SORT_P95,
    SORT_P50,
    SORT_MAX,
    SORT_CALLS,
    SORT_DENIED,
    SORT_TIMEOUTS,
    SORT_LAST,
    SORT_SCRIPT,
};

/* Texts are borrowed from argv; NULL: any. */
struct stats_options {
    struct places places;
    struct filter filter;
    const char *output; /* NULL: stdout */
    enum stats_form form;
    enum stats_sort sort;
};

/* False where the command ends here, with `*ret_status`. The caller clears the options anyway. */
bool stats_options_parse(int argc, char **argv, struct stats_options *ret_options, int *ret_status);

void stats_options_clear(struct stats_options *options);
