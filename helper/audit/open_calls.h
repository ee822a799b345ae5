/*
 * A bounded set of calls that were begun and not ended. Helper.
 *
 * Used twice: for the calls of this helper that are in its log without an end, and, when a log is
 * opened, for those that a former helper left so.
 *
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */
#pragma once

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <sys/types.h>

/*
 * The set holds this many at most, in 4 MiB, 6 MiB while it grows; by default one client may have
 * 4,096 calls open.
 */
#define OPEN_CALLS_MAX 65536

/* open_calls_add() found the set full. */
#define OPEN_CALLS_E_FULL 1

/* Bytes of the longest id, "<16 hexadecimal digits>-<number>", with its NUL. */
#define CALL_ID_SIZE (16 + 1 + 20 + 1)

struct call_id {
    uint64_t instance;
    uint64_t number; /* from 1 */
};

/*
 * A call and its begin record: of a former helper's call, where that stands in the file; of this
 * helper's own, the line itself, to be written again into a new file.
 */
struct open_call {
    struct call_id id;
    size_t length; /* bytes in the file, without the newline; 0: `begin` is what holds */
    union {
        off_t offset; /* in the file */
        char *begin;  /* owned by the set, or NULL */
    };
};

struct open_calls {
    struct open_call *slots; /* a hash table; id.number is 0 where a slot is free */
    size_t capacity, count;
};

/* Reads an id that stands at the start of `text`, a C string, and is followed by a quote. */
bool call_id_parse(const char *text, struct call_id *ret_id);

void call_id_print(const struct call_id *id, char text[CALL_ID_SIZE]);

/*
 * Adds a call and takes over its begin; one that is there already stays as it is, and `begin` then
 * is the caller's still, as where it fails. Returns 0, OPEN_CALLS_E_FULL, or -ENOMEM.
 */
int open_calls_add(struct open_calls *set, const struct open_call *call);

/* Takes a call out, if it is there. */
void open_calls_remove(struct open_calls *set, const struct call_id *id);

/* Hands over all calls in the order of the file, for the caller to free, and empties the set. */
void open_calls_take(struct open_calls *set, struct open_call **ret_list, size_t *ret_count);

void open_calls_clear(struct open_calls *set);
