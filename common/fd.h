/*
 * Descriptors, in every process: whole reads and writes, bounded waits, memfds that nobody can
 * change any more.
 *
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */
#pragma once

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <sys/types.h>

/* The seals of every memfd that crosses a process boundary: its content and size are final. */
#define FD_FINAL_SEALS (F_SEAL_SEAL | F_SEAL_SHRINK | F_SEAL_GROW | F_SEAL_WRITE)

/*
 * Writes all of `size` bytes, going on after a signal or a short write.
 * Returns 0 or a negative errno; part may have been written then.
 */
int fd_write_all(int fd, const void *data, size_t size);

/*
 * Reads until `size` bytes or the end. Returns 0 with the count in `*ret_size`, or a negative
 * errno.
 */
int fd_read_all(int fd, void *data, size_t size, size_t *ret_size);

/*
 * Waits until poll(2) has something to say on `events` or an error of `fd`, at the most until
 * `until_ms` (common/clock.h). Returns 0, -ETIMEDOUT or another negative errno.
 */
int fd_await(int fd, short events, uint64_t until_ms);

/*
 * Opens /dev/null for each of the descriptors 0, 1 and 2 that is closed: what is opened next takes
 * the lowest number, and a socket that took that of stdout would be written to as stdout.
 */
void fd_fill_standard(void);

/*
 * A memfd that holds a copy of `data` and is sealed with FD_FINAL_SEALS; the caller owns it.
 */
int fd_sealed_memfd(const char *name, const void *data, size_t size, int *ret_fd);

/* A new, empty, sealable memfd, not yet sealed; the caller owns it. */
int fd_new_memfd(const char *name, int *ret_fd);

/* Sets FD_FINAL_SEALS on a memfd of the caller's. */
int fd_seal(int fd);

/* Whether fd is a memfd that carries all of FD_FINAL_SEALS; its size goes to `*ret_size`. */
bool fd_is_final(int fd, size_t *ret_size);

/*
 * Reads the first `size` bytes of a final memfd, whatever its offset, which stays as it is. Returns
 * 0, -EIO where it has fewer, or another negative errno.
 */
int fd_read_final(int fd, void *data, size_t size);

/*
 * A new read-only open file description of the same file, its offset at 0; the caller owns it.
 * Needs /proc.
 */
int fd_reopen_readonly(int fd, int *ret_fd);
