/*
 * Whether the log of one helper is as it was written: every record of its chains is there, in its
 * place, with its own content. Admin's process; whatever bytes the log holds, memory is bounded.
 *
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */
#pragma once

#include "files.h"
#include "finding.h"
#include "stretch.h"

/* Who is told, while the log is read; each may be NULL. */
struct verify_listener {
    void *context;
    void (*find)(void *context, const struct finding *finding);
    void (*see)(void *context, const struct sighting *sighting); /* each record, sealed */
};

struct verify_summary {
    uint64_t records; /* sealed, wherever they stand */
    uint64_t chains;  /* that follow one another */
    uint64_t breaks;
    struct sighting first, last; /* of those in their place; `sealed` is false where none is */
    const char *damaged;         /* the first file that could not be read to its end; borrowed */
    int error;                   /* why: a positive errno */
};

/* `files` are those of one helper, the oldest first; they are read, once. Returns 0, or -ENOMEM. */
int verify_log(struct log_file *files, size_t count, const struct verify_listener *listener,
               struct verify_summary *ret_summary);

/*
 * The last record of such a log, unverified but for its own hash (`changed`). Returns 0; -ENOENT
 * where there is none, -ENOMEM, or the errno of a file that could not be read.
 */
int verify_last(struct log_file *files, size_t count, struct sighting *ret_last);
