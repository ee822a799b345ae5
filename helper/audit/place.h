/*
 * Where an audit log is kept: its directory, and the file that this helper locks. Helper.
 *
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */
#pragma once

#include <stdbool.h>
#include <sys/stat.h>
#include <sys/types.h>

/* Files of one name in a directory: the most helpers that can write there at a time. */
#define PLACE_SLOTS_MAX 4096

/* place_lock_slot() found that another process holds the file, or that there is none. */
#define PLACE_E_TAKEN   2
#define PLACE_E_MISSING 3

struct place {
    int directory_fd;    /* owned, like the strings */
    char *directory;     /* without a slash at its end, but for "/" */
    char *stem, *suffix; /* file names: <stem><suffix>, <stem>-2<suffix>, <stem>-3<suffix> … */
    uid_t writer;        /* who the helper will be, once it has given root up */
    bool shared;         /* others may make files in the directory: it is sticky, like /tmp, or
                            the later user's */
};

/*
 * Finds the place that audit_open() describes, and makes its directory where there is none: root's
 * helper, for the user that it will be. Returns 0, AUDIT_E_REFUSED with a sentence in `*ret_error`
 * (the caller frees), or -ENOMEM. The caller clears in each case.
 */
int place_find(struct place *place, const char *where, const char *name, uid_t writer,
               char **ret_error);

/*
 * Opens and locks the file of this slot, from 1, which is made where it is missing and `create`.
 * Returns 0 with its descriptor and path, both for the caller to release; PLACE_E_TAKEN;
 * PLACE_E_MISSING; AUDIT_E_REFUSED with a sentence in `*ret_error`; or -ENOMEM.
 */
int place_lock_slot(const struct place *place, unsigned int slot, bool create, int *ret_fd,
                    char **ret_path, char **ret_error);

/* The name of this slot's file in the directory; the caller frees. NULL where memory is short. */
char *place_slot_name(const struct place *place, unsigned int slot);

/*
 * Whether the name no longer stands for this file: it was rotated away. Returns 0 with the answer,
 * or a negative errno where that cannot be seen, in a directory that is closed to this helper.
 */
int place_has_moved(const struct place *place, const char *name, const struct stat *file,
                    bool *ret_moved);

/*
 * Opens and locks the file that was rotated away last from this slot's name, "<file>.1" or
 * "<file>-20240501", where that is not compressed and nobody holds it. Of several that were written
 * at the same moment it is the one of the lowest number. Returns 0 with its descriptor, or
 * PLACE_E_MISSING.
 */
int place_lock_former(const struct place *place, unsigned int slot, int *ret_fd);

/* The slot whose file has this name; 0 where it is none of this place's. */
unsigned int place_slot_of(const struct place *place, const char *file_name);

void place_clear(struct place *place);
