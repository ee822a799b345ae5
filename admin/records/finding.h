/*
 * What verifying a log finds. Admin's process.
 *
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */
#pragma once

#include <stdbool.h>
#include <stdint.h>

enum finding_kind {
    FINDING_CHANGED,    /* the record's hash is not that of its bytes */
    FINDING_DAMAGED,    /* the line is no record at all */
    FINDING_REWRITTEN,  /* the record was changed and sealed anew: the next has another hash */
    FINDING_REMOVED,    /* records are missing before this line */
    FINDING_INSERTED,   /* a line too many */
    FINDING_MOVED,      /* a record that is missing elsewhere */
    FINDING_RESTARTED,  /* another chain begins or goes on where none may */
    FINDING_LATE_START, /* no break: older files are gone */
    FINDING_NEW_CHAIN,  /* no break: a helper found no log to go on with */
    FINDING_TORN,       /* no break: half a line at the end of a file */
};

/* All texts borrowed for the call that gives it. */
struct finding {
    enum finding_kind kind;
    const char *file;
    uint64_t line, lines; /* the first of them, and how many; of FINDING_REMOVED the line behind */
    const char *chain;    /* "" where it is not known, and the two after it */
    uint64_t seq, last_seq;
    const char *call; /* of the first; "" where it has none */
};

/* Whether somebody, or a disk, has changed the log. */
bool finding_is_break(const struct finding *finding);

/* A word for programs. */
const char *finding_word(const struct finding *finding);

/* A sentence for people, without the file's name. NULL where memory is short; the caller frees. */
char *finding_sentence(const struct finding *finding);
