/*
 * Closing the calls that a former helper began in a log file and did not end. Helper.
 *
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */
#pragma once

#include "file.h"
#include "open_calls.h"
#include "record.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <sys/types.h>

/* What is still to be closed. */
struct recovery {
    struct log_file *from;  /* borrowed */
    struct open_call *list; /* calls without an end, in the order of the file */
    size_t count, done;
    off_t next;      /* where reading goes on; -1 when all was read */
    bool settled;    /* the file's last line says that every call above has its end */
    uint64_t closed; /* calls closed so far */
    off_t cut;       /* bytes of a torn last line that were cut off */
};

/*
 * Mends the file's end and finds the calls without one. Memory is bounded whatever the file's size.
 * Returns 0, LOG_FILE_E_FOREIGN (see log_file_mend()) or a negative errno; the caller clears in
 * each case.
 */
int recovery_start(struct recovery *recovery, struct log_file *file);

/*
 * Writes an end for each of them into `file`, which may be the one that was read. Returns 0 or a
 * negative errno, -ENOSPC among them; called again it goes on where it stopped, so that no call is
 * closed twice.
 */
int recovery_finish(struct recovery *recovery, struct log_file *file,
                    const struct record_source *source);

void recovery_clear(struct recovery *recovery);
