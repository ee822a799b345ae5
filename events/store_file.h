/*
 * The state file as a file: had by one process alone, read whole, written anew. virteventd.
 *
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */
#pragma once

#include "ledger.h"

#include <stddef.h>
#include <stdint.h>

/* A file that is larger is none of ours, and is not read. */
#define STORE_FILE_MOST (4UL * 1024 * 1024 * 1024)

/*
 * Opens the file, makes it with its directories where it is not there, and locks it. The caller
 * owns the descriptor, and with it the lock. Returns 0, -EBUSY, -ENOTSUP (store.h) or another
 * negative errno.
 */
int store_file_open(const char *path, int *ret_fd);

/*
 * Reads all lines into the empty ledger. Lines that cannot be are counted; not the last one, which
 * has no end where writing it was cut short. Returns 0; -EFBIG; or another negative errno.
 */
int store_file_read(int fd, struct ledger *ledger, size_t *ret_damaged);

/* The delivery of an entry, with its retries. Returns 0 or a negative errno. */
int store_file_read_entry(int fd, const struct ledger_entry *entry, struct delivery **ret_delivery);

/*
 * Writes what the ledger says, with the lines that it has in `*fd`, to PATH.new, syncs that and
 * gives it the name. Then `*fd` and the ledger's places are the new file's; on failure all is as
 * before. Returns 0 with the file's size in `*ret_size`, or a negative errno.
 */
int store_file_rewrite(const char *path, int *fd, struct ledger *ledger, uint64_t *ret_size);

/* Keeps the file beside as PATH.damaged, too, in place of an earlier one. */
int store_file_keep_damaged(const char *path);
