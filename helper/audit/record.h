/*
 * The lines of the audit log; their form is in docs/audit.md. Helper.
 *
 * Each function makes one line that ends in a newline: the caller frees it. They return 0 or
 * -ENOMEM. Every text that comes from outside is escaped here.
 *
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */
#pragma once

#include "log.h"
#include "open_calls.h"

#include <stddef.h>
#include <stdint.h>

/*
 * How a line of this type begins, whatever follows; begin and end go on with the call. Recovery
 * knows the lines by it.
 */
#define RECORD_HEAD(type)      "{\"schema\":1,\"type\":\"" type "\","
#define RECORD_CALL_HEAD(type) RECORD_HEAD(type) "\"call\":\""

/* Bytes that hold such a beginning with the longest id and its quote. */
#define RECORD_HEAD_MAX 96

/* Bytes of a time with its NUL. */
#define RECORD_TIME_SIZE sizeof("2000-01-01T00:00:00.000000Z")

/* What the records of one helper have in common. */
struct record_source {
    char instance[16 + 1]; /* 16 hexadecimal digits */
    char boot[36 + 1];     /* the kernel's boot id; empty where /proc does not tell */
    size_t kept;           /* bytes of each stream's end */
};

struct record_line {
    char *text; /* owned */
    size_t size;
};

/* Now, of the wall clock in UTC. */
void record_time(char text[RECORD_TIME_SIZE]);

/* A helper has opened the file; so many calls of former helpers it closed, so many bytes it cut. */
int record_open(const struct record_source *source, uint64_t closed_calls, uint64_t cut_bytes,
                struct record_line *ret_line);

/* A helper goes on in a new file, since its former one was moved away. */
int record_continue(const struct record_source *source, struct record_line *ret_line);

/* Every call above this line has its end. */
int record_close(const struct record_source *source, struct record_line *ret_line);

/* So many records were given up since then, because the disk was full. */
int record_lost(const struct record_source *source, uint64_t count, const char *since,
                struct record_line *ret_line);

int record_begin(const struct record_source *source, const struct audit_call *call,
                 struct record_line *ret_line);

int record_end(const struct record_source *source, const struct audit_call *call,
               const struct audit_result *result, struct record_line *ret_line);

int record_linger(const struct record_source *source, const struct audit_linger *linger,
                  struct record_line *ret_line);

/*
 * The end of a call that a former helper left. `begin` is the line of its begin record, which need
 * not be well-formed: what cannot be read from it is null.
 */
int record_abandoned(const struct record_source *source, const struct call_id *id,
                     const char *begin, size_t begin_size, struct record_line *ret_line);
