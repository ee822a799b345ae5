/*
 * One log file: whole lines are added to it, or nothing. Helper.
 *
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */
#pragma once

#include "chain.h"
#include "copies.h"

#include <stddef.h>
#include <sys/types.h>

/*
 * A file that is locked for this process and open for reading and, with O_APPEND, for writing; and
 * the chain of its records, as far as log_file_resume() has found it.
 */
struct log_file {
    int fd;        /* owned */
    off_t torn_at; /* a part of a line that could not be taken back begins here; -1: none */
    struct chain chain;
    struct copies *copies; /* of what is added to it; borrowed, NULL for none */
};

/* Takes over fd. */
void log_file_init(struct log_file *file, int fd, struct copies *copies);

/* Closes the file, which gives up the lock. */
void log_file_clear(struct log_file *file);

/*
 * Goes on with the chain of the last line; begins one where there is none. To be called once the
 * file was mended. Returns 0 or a negative errno.
 */
int log_file_resume(struct log_file *file);

/*
 * Adds lines, each a JSON object that ends in a newline, as the next of the chain. Returns 0 when
 * write(2) has taken all of them, or a negative errno: then no part of them is left in the file.
 * -ENOSPC stands for a used-up quota too.
 */
int log_file_append(struct log_file *file, const char *lines, size_t size);

/* log_file_mend() left the file as it is: it is none of a helper. */
#define LOG_FILE_E_FOREIGN 1

/*
 * Cuts off what stands behind the last newline: a record that was not written whole, whose call
 * therefore was not answered, or the zeros that a power cut left there. Returns 0 with the number
 * of bytes in `*ret_cut`, LOG_FILE_E_FOREIGN where neither that nor the file's beginning can be of
 * a helper, or a negative errno.
 */
int log_file_mend(struct log_file *file, off_t *ret_cut);

/*
 * Reads `size` bytes from `offset` on, fewer only at the end of the file. Returns 0 with the count
 * in `*ret_size`, or a negative errno.
 */
int log_file_read(const struct log_file *file, off_t offset, char *data, size_t size,
                  size_t *ret_size);

/* The file's size. Returns 0 or a negative errno. */
int log_file_size(const struct log_file *file, off_t *ret_size);
