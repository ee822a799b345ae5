/*
 * A log as stretches: records of which each carries the hash of the one before. A log that nobody
 * changed is one stretch, whatever its length; each tampering makes more, and what belongs where
 * is judged over all that stand near. Admin's process; whatever bytes the log holds.
 *
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */
#pragma once

#include "seal.h"

/* Characters of a call's id, and of a time as records have it, with their NUL. */
#define SIGHTING_CALL_SIZE (16 + 1 + 20 + 1)
#define SIGHTING_TIME_SIZE (sizeof("2026-11-23T09:41:18.123456Z"))

/* Of so many stretches the way is looked for at once. */
#define STRETCHES_MAX 64

/* A line, as far as verifying goes. */
struct sighting {
    const char *file; /* borrowed from the chain's files */
    uint64_t line;    /* of the file, from 1 */
    bool sealed;      /* it ends as a record does; else nothing of what follows is known */
    bool changed;     /* its hash is not that of its bytes */
    bool opens;       /* a helper writes such a record first into a new file */
    struct seal seal; /* of a changed record that stands in its place: chain and seq as they were */
    char call[SIGHTING_CALL_SIZE]; /* "" where it has none */
    char time[SIGHTING_TIME_SIZE];
};

/* Lines that are no record make stretches of their own, of which `first` and `last` alone count. */
struct stretch {
    struct sighting first, before, last; /* `before` the last one, where there are two and more */
    uint64_t count;
    bool judged; /* how it follows on what is before it has been told */
};

/* Whether the record follows on the other by its hash, and by name and number where these hold. */
bool stretch_follows(const struct sighting *before, const struct sighting *next);

/* Whether a changed record stands where the next one must. */
bool stretch_takes_place(const struct sighting *before, const struct sighting *next);

/* Whether `next` begins a chain where a helper may: in a new file, or after a damaged line. */
bool stretch_begins(const struct stretch *list, size_t next);

/*
 * Finds which stretches make up the log, one after the other: `ret_on_way[i]` says so of each. The
 * rest are lines that do not belong where they stand.
 */
void stretch_find_way(const struct stretch *list, size_t count, bool *ret_on_way);
