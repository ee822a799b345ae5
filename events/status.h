/*
 * What a virteventd is at, in a file for who asks (--status). virteventd. URIs in it are shown
 * escaped.
 *
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */
#pragma once

#include "dispatch.h"
#include "sources.h"

#include <stdbool.h>

struct status;

/* What changes. */
struct status_facts {
    const struct sources *sources;
    struct dispatch_counts counts;
    bool is_stopping;
};

/*
 * Makes the file's directory, where it is not there. The path is copied; NULL: nobody is told.
 * Returns 0 or -ENOMEM.
 */
int status_open(const char *path, struct status **ret_status);

/*
 * Writes the file, where something has changed. Where that cannot be done stderr says so, once.
 */
void status_write(struct status *status, const struct status_facts *facts);

/* Removes the file. NULL is allowed. */
void status_close(struct status *status);

/*
 * Shows on stdout what the virteventd is at that has this file. Returns 0, or -ENOENT where none
 * runs, or another negative errno; stderr has said so then.
 */
int status_show(const char *path, bool json);
