/*
 * All records of one call. Admin's process.
 *
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */
#pragma once

#include "records.h"

/* A call has a begin, an end, and a linger for each script at the most. */
#define CALL_RECORDS_MAX 256

/* Where a call may be the last, whatever its id. */
#define CALL_LAST "last"

struct call_record {
    struct json_object *json; /* owned, like the rest */
    char *line, *path;
    uint64_t number; /* of the line in its file */
};

struct call {
    char *id;    /* owned; NULL: none was found */
    char *other; /* owned; the id of another one that begins so; NULL: there is none */
    struct call_record list[CALL_RECORDS_MAX];
    size_t count;
};

/*
 * Reads the records to their end for the call of this id, the only one whose id begins so, or, for
 * CALL_LAST, the one that came last. Begins that were repeated are left out. Returns 0 or -ENOMEM.
 * The caller clears.
 */
int call_find(struct records *records, const char *wanted, struct call *ret_call);

/* The record of this type ("begin"); NULL where there is none. */
const struct call_record *call_record(const struct call *call, const char *type);

void call_clear(struct call *call);
