/*
 * The calls of the last start or stop of a guest. Admin's process.
 *
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */
#pragma once

#include "filter.h"
#include "records.h"

#include <stdbool.h>

/* Over all that libvirt asks for one start, and for the stop where that failed. */
#define TIMELINE_CALLS_MAX 64

struct timeline_call {
    struct json_object *begin; /* owned, like the rest */
    struct json_object *end;   /* NULL: it is open */
    char *begin_line, *end_line;
};

struct timeline {
    struct timeline_call calls[TIMELINE_CALLS_MAX];
    size_t count;
    bool stop;   /* else a start */
    bool failed; /* a call of it was denied: the stop after it belongs to it */
    bool undone; /* by such a stop */
};

/*
 * Reads the records to their end. Of the filter guest, driver and times count; the times are those
 * of the calls' begins. Without a call the count is 0. Returns 0 or -ENOMEM. The caller clears.
 */
int timeline_find(struct records *records, const struct filter *filter,
                  struct timeline *ret_timeline);

void timeline_clear(struct timeline *timeline);
