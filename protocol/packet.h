/*
 * One packet in, one packet out: SOCK_SEQPACKET with descriptors by SCM_RIGHTS. Both sides.
 *
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */
#pragma once

#include "message.h"

/* A packet as it came: its bytes are untrusted, its descriptors the receiver's to close. */
struct packet {
    size_t size;
    size_t fd_count;
    int fds[PROTOCOL_FDS_MAX];
    const char *wrong_field; /* which field packet_decode() refused, or NULL; a constant */
    uint8_t data[PROTOCOL_PACKET_MAX];
};

/*
 * Sends without waiting. The descriptors stay the caller's. Returns 0 or a negative errno: -EAGAIN
 * where the socket is full, -EPIPE or -ECONNRESET where the peer is gone (never a signal).
 */
int packet_send(int socket, const uint8_t *data, size_t size, const int *fds, size_t fd_count);

/*
 * Receives without waiting. Returns 0; a negative errno: -EAGAIN where there is nothing, -EPIPE at
 * the end, -EMFILE where this process could not take the descriptors; PROTOCOL_E_TOO_LARGE or
 * PROTOCOL_E_FDS for too large a packet, or too many descriptors. A packet that is refused is gone,
 * its descriptors closed. On 0 the caller owns the packet's descriptors.
 */
int packet_receive(int socket, struct packet *ret_packet);

/* Closes the descriptors that were not taken. */
void packet_clear(struct packet *packet);

/* A packet that is ready to go, now or later; its bytes and descriptors are its owner's. */
struct outgoing {
    uint8_t *data;
    size_t size, fd_count;
    int fds[PROTOCOL_FDS_MAX];
};

/*
 * Encodes `message`, with details in a memfd where a verdict's scripts do not fit. `bulk_fd` is the
 * sealed memfd of a call's stdin or a verdict's output, as has_stdin or has_output says, or
 * negative; it is duplicated. Returns 0, a negative errno as message_encode() does, or -EINVAL
 * where `bulk_fd` and the message do not agree. outgoing_clear() gives back.
 */
int packet_encode(const struct message *message, enum message_side side, int bulk_fd,
                  struct outgoing *ret_outgoing);

/* Frees and closes what it holds, and empties it. */
void outgoing_clear(struct outgoing *outgoing);

/* Encodes and sends at once. Returns as packet_encode() and packet_send(). */
int packet_send_message(int socket, const struct message *message, enum message_side side,
                        int bulk_fd);

/*
 * Decodes a received packet and takes its descriptors: the one of bulk data (stdin or output)
 * goes to `*ret_bulk_fd` (negative where there is none; a final memfd of at most PROTOCOL_BULK_MAX
 * bytes, its offset anywhere), details are read and decoded into the verdict. Returns as
 * message_decode(), with PROTOCOL_E_FDS where the descriptors are not those that the message says,
 * or a negative errno of reading the details. Afterwards the packet has no descriptors.
 */
int packet_decode(struct packet *packet, enum message_side side, struct message *ret_message,
                  int *ret_bulk_fd, uint64_t *ret_id);
