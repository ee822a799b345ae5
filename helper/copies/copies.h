/*
 * Copies of the audit log's records elsewhere, in the journal and in syslog: so that a head of the
 * log's chain is out of reach of who may change the log. Helper.
 *
 * A copy is sent when its record is in the file. It never waits and never fails: one that its
 * receiver has no room for is lost, and counted.
 *
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */
#pragma once

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/* Where copies may go: meson's features of these names. */
enum copies_place {
    COPIES_JOURNAL, /* every record but begins, which their ends repeat */
    COPIES_SYSLOG,  /* a line for each call that was denied */
    COPIES_PLACES
};

struct copies_to {
    bool wanted;
    int fd;              /* owned; -EBADF before the first copy */
    uint64_t sent, lost; /* since the helper's start */
};

struct copies {
    struct copies_to places[COPIES_PLACES];
};

/* None are sent anywhere; to be cleared. */
void copies_init(struct copies *copies);

/*
 * From now on copies go to this place, or do not. One that was not built takes none; the
 * configuration cannot choose it.
 */
void copies_choose(struct copies *copies, enum copies_place place, bool wanted);

/* Sends lines that the log has taken, whole and each with its newline. NULL is allowed. */
void copies_send(struct copies *copies, const char *lines, size_t size);

void copies_clear(struct copies *copies);
