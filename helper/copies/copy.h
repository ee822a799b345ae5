/*
 * One record of the audit log as it is told elsewhere. Helper.
 *
 * A record is the helper's own line; yet the end of a call that a former helper left repeats what
 * stood in that one's file, which is not trusted: whoever prints its texts escapes or measures
 * them.
 *
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */
#pragma once

#include <json-c/json.h>
#include <stdbool.h>
#include <stddef.h>

struct copy {
    struct json_object *record; /* owned */
    const char *line;           /* borrowed; without its newline */
    size_t size;
    int priority;   /* LOG_ERR to LOG_INFO of syslog(3) */
    char *sentence; /* owned; one line of harmless text: what became of whom, and why */
    char *head;     /* owned; of the chain at this record, CHAIN:SEQ:HASH */
};

/*
 * Reads a line, an object of the log's without its newline. Returns 0, for the caller to clear;
 * -EINVAL where it is no object; or -ENOMEM.
 */
int copy_read(const char *line, size_t size, struct copy *ret_copy);

void copy_clear(struct copy *copy);

/* A text or number of the record as text; NULL where it has none of that name. */
const char *copy_value(const struct copy *copy, const char *key);

bool copy_is(const struct copy *copy, const char *key, const char *value);
