/*
 * New records as they come. Admin's process.
 *
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */
#pragma once

#include "filter.h"
#include "view.h"

/* What ends it besides errors. */
enum follow_error {
    FOLLOW_E_NOBODY = 1, /* who read stdout has gone */
    FOLLOW_E_GONE,       /* the log's directory was taken away */
};

/* From now on ^C ends the process with STATUS_INTERRUPTED. */
void follow_prepare(void);

/*
 * Shows each record that comes and fits, until something ends it: one of FOLLOW_E_*, or a negative
 * errno. `records` are open as live ones, and at their end.
 */
int follow(const struct filter *filter, struct records *records, struct view *view);
