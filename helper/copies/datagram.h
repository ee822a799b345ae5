/*
 * A receiver of datagrams that may be stopped, slow, gone, or another one tomorrow. Helper.
 *
 * Nothing here ever waits. The receiver is found anew by its path for each datagram, so that one
 * that was started again needs no reconnecting, and it costs one look-up in a file system in
 * memory.
 *
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */
#pragma once

#include <stddef.h>

/* A socket to send from, which the caller owns. Returns 0 or a negative errno. */
int datagram_socket(int *ret_fd);

/*
 * Returns 0 when the receiver has the datagram in its queue, or a negative errno: -EAGAIN where
 * that is full, -EMSGSIZE where the datagram is too large for one, -ENOENT or -ECONNREFUSED where
 * nobody receives.
 */
int datagram_send(int fd, const char *path, const void *data, size_t size);

/* The same for a datagram of one descriptor and nothing else. */
int datagram_send_fd(int fd, const char *path, int sent_fd);
