/*
 * What happens in the directory of a log: names that come, go or change, and bytes that are added.
 * Admin's process.
 *
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */
#pragma once

/* What has happened, as bits. */
enum watch_news {
    WATCH_NAMES = 1,
    WATCH_CONTENT = 2,
    WATCH_GONE = 4, /* the directory itself */
};

/* Begins to watch: `*ret_fd`, the caller's, is readable when there is news. Returns 0 or a negative
 * errno. */
int watch_open(const char *directory, int *ret_fd);

/* Takes all news there is, without waiting: bits, 0 where there is none, or a negative errno. */
int watch_take(int fd);
