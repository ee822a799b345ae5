/*
 * A real socket with a peer at each end, for tests of what a peer may send over it. The test has
 * failed where a descriptor is left over.
 *
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */
#pragma once

#include "packet.h"

#include "cleanup.h"
#include "decode.h"
#include "encode.h"
#include "fd.h"
#include "instrumented.h"
#include "open_fds.h"
#include "samples.h"

#include <errno.h>
#include <fcntl.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/resource.h>
#include <sys/socket.h>
#include <sys/uio.h>
#include <unistd.h>

#include <cmocka.h>

/* Two connected ends, what was received, and how many descriptors there were before. */
struct line {
    int client, helper;
    size_t fds;
    struct packet packet;
    struct message message;
    int bulk_fd;
    uint64_t id;
};

static inline int set_up(void **state)
{
    struct line *line = calloc(1, sizeof(*line));
    int pair[2];

    if (!line || socketpair(AF_UNIX, SOCK_SEQPACKET | SOCK_CLOEXEC, 0, pair) < 0)
        return -1;
    line->client = pair[0];
    line->helper = pair[1];
    line->bulk_fd = -EBADF;
    line->fds = open_fds();
    *state = line;
    return 0;
}

/* Fails the test where a descriptor is left over. */
static inline int tear_down(void **state)
{
    struct line *line = *state;
    int r = open_fds() == line->fds ? 0 : -1;

    close(line->client);
    close(line->helper);
    free(line);
    return r;
}

/* Sends as a peer may that does not use this library: any bytes, any number of descriptors. */
static inline void send_raw(int socket, const void *data, size_t size, const int *fds,
                            size_t fd_count)
{
    _Alignas(struct cmsghdr) char control[CMSG_SPACE(253 * sizeof(int))] = {0};
    struct iovec vector = {.iov_base = (void *)(uintptr_t)data, .iov_len = size};
    struct msghdr header = {.msg_iov = &vector, .msg_iovlen = 1};

    if (fd_count > 0) {
        struct cmsghdr *rights;

        header.msg_control = control;
        header.msg_controllen = CMSG_SPACE(fd_count * sizeof(int));
        rights = CMSG_FIRSTHDR(&header);
        rights->cmsg_level = SOL_SOCKET;
        rights->cmsg_type = SCM_RIGHTS;
        rights->cmsg_len = CMSG_LEN(fd_count * sizeof(int));
        memcpy(CMSG_DATA(rights), fds, fd_count * sizeof(int));
    }
    assert_int_equal(sendmsg(socket, &header, MSG_DONTWAIT), size);
}

static inline int sealed(const char *content)
{
    int fd;

    assert_int_equal(fd_sealed_memfd("test", content, strlen(content), &fd), 0);
    return fd;
}

/* A sealed memfd of this many zero bytes, which take no memory. */
static inline int sealed_zeros(size_t size)
{
    int fd;

    assert_int_equal(fd_new_memfd("test", &fd), 0);
    assert_int_equal(ftruncate(fd, (off_t)size), 0);
    assert_int_equal(fd_seal(fd), 0);
    return fd;
}

/* Receives what `sample`'s side has sent, and decodes it. */
static inline int take(struct line *line, const struct sample *sample)
{
    int socket = sample->side == SIDE_CLIENT ? line->helper : line->client;
    int r = packet_receive(socket, &line->packet);

    return r != 0 ? r
                  : packet_decode(&line->packet, sample->side, &line->message, &line->bulk_fd,
                                  &line->id);
}

/* Sends the sample's bytes with these descriptors, whatever it announces, and answers as take(). */
static inline int carry(struct line *line, const char *name, const int *fds, size_t fd_count)
{
    const struct sample *sample = sample_named(name);
    struct encoded encoded;

    assert_int_equal(message_encode(&sample->message, sample->side, &encoded), 0);
    send_raw(sample->side == SIDE_CLIENT ? line->client : line->helper, encoded.data, encoded.size,
             fds, fd_count);
    free(encoded.data);
    return take(line, sample);
}

/* Whether an ordinary call comes through: the line has not suffered. */
static inline void assert_next_is_served(struct line *line)
{
    assert_int_equal(carry(line, "call", NULL, 0), 0);
    assert_string_equal(line->message.call.object, "d1");
    message_clear(&line->message);
}

static inline void assert_content(int fd, const char *content)
{
    char data[256];
    ssize_t size = pread(fd, data, sizeof(data), 0);

    assert_int_equal(size, strlen(content));
    assert_memory_equal(data, content, (size_t)size);
}

#define on_a_line(test) cmocka_unit_test_setup_teardown(test, set_up, tear_down)
