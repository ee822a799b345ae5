/*
 * The file that a helper writes its log into, and the one before it, which was moved away, by
 * others or by the helper itself when it was full, or before the helper started: the records go on
 * in a new file, with one chain. Helper.
 *
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */
#pragma once

#include "file.h"
#include "open_calls.h"
#include "place.h"
#include "record.h"

struct rotation {
    struct place place;
    unsigned int slot; /* in the place, from 1 */
    char *path, *name; /* of `file`; `name` in the place's directory */
    struct log_file file;
    struct log_file former; /* which was moved away; until what it owes is in `file` */
    struct copies *copies;  /* of what is written to both */
    off_t bound;            /* bytes from which on the file is full; 0: never */
    size_t kept;            /* files that were moved away when they were full, at most */
    off_t repeated;         /* bytes of the file that say where it goes on from: not counted */
    char *problem;          /* why it is not as it should be, a sentence, or NULL */
};

void rotation_init(struct rotation *rotation, struct copies *copies);

void rotation_clear(struct rotation *rotation);

/*
 * Locks the first file of the place, which was found, that no other helper holds, and makes it
 * where it is missing. Returns 0, AUDIT_E_REFUSED with a sentence in `*ret_error` (the caller
 * frees), or -ENOMEM.
 */
int rotation_lock(struct rotation *rotation, char **ret_error);

/*
 * The file to go on from: its own, or, where that is new, the one that was rotated away from it,
 * which then is `former`.
 */
struct log_file *rotation_last(struct rotation *rotation);

/*
 * Where the file is full, moves it away; where it was moved away, goes on in a new one of its name.
 * Where that cannot be done the former one is written on, so that nothing is lost, and `problem`
 * says so.
 */
void rotation_follow(struct rotation *rotation);

/*
 * Writes, where a former file is left, how the new one begins: that it goes on, and the calls that
 * are open. Returns 0 or a negative errno, -ENOSPC among them; called again it tries again.
 */
int rotation_continue(struct rotation *rotation, const struct record_source *source,
                      const struct open_calls *open);
