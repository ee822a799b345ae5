/*
 * The lines that one helper wrote, over all its files, rotated and compressed ones too. Admin's
 * process; whatever bytes the files hold.
 *
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */
#pragma once

#include "files.h"

#include <stdbool.h>
#include <stdint.h>
#include <zlib.h>

/* The longest line that is a record: over all that a helper can write. */
#define LINE_MAX_SIZE (16 << 20)

struct chain {
    struct log_file
        *files; /* those of one helper, the oldest first; borrowed, but for descriptors */
    size_t count;
    size_t at; /* of the file that is open, or is opened next */
    bool live; /* the last file stays open at its end, where more may come */
    gzFile open;
    char *block;     /* owned; what was read of the file and is not yet in a line */
    size_t from, to; /* where that stands in the block */
    char *line;      /* owned; without its newline, with a NUL behind it */
    size_t size, room;
    bool torn;       /* the line has no newline: it is the file's last, and may be half */
    uint64_t number; /* of the line in its file, from 1 */
    uint64_t too_long;
    const char *damaged; /* the first file that could not be read to its end */
    int error;           /* why: a positive errno, EBADMSG for compressed data */
};

/* The same in words. */
const char *chain_error_text(int error);

/*
 * The next line, in `line` and `size`. Returns 1; 0 at the end of the last file; or -ENOMEM. Lines
 * over LINE_MAX_SIZE are counted and come out empty. A file that cannot be read is noted in
 * `damaged`, and the next is gone on with. Where the chain is live, 0 is told for now: what was
 * added is read by the next call, and a line that has no newline yet is left to it.
 */
int chain_next(struct chain *chain);

/* The file that the line is in. */
const char *chain_path(const struct chain *chain);

void chain_clear(struct chain *chain);
