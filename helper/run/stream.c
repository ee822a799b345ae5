/*
 * One of a script's output streams. Helper. Its bytes are untrusted, and opaque here.
 *
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */
#include "stream.h"

#include "cleanup.h"

#include <fcntl.h>
#include <string.h>
#include <sys/epoll.h>

/* Read at a time, from one stream, before others have their turn. */
#define READ_SIZE 65536

/* The most that a pipe can hold: /proc/sys/fs/pipe-max-size, 1 MiB by default. */
#define PIPE_SIZE_MAX (1024 * 1024)

static void stop_reading(struct stream *stream)
{
    if (stream->source.fd < 0)
        return;
    loop_remove(stream->loop, &stream->source);
    close_fd(&stream->source.fd);
}

/* One read; returns what read(2) did. */
static ssize_t read_some(struct stream *stream)
{
    static char buffer[READ_SIZE];
    ssize_t size = read(stream->source.fd, buffer, sizeof(buffer));

    if (size > 0 && stream->reply) {
        reply_append(stream->reply, buffer, (size_t)size);
        /* The new XML can hold passwords. */
        explicit_bzero(buffer, (size_t)size);
    } else if (size > 0) {
        tail_append(&stream->tail, buffer, (size_t)size);
    }
    return size;
}

static void stream_ready(struct source *source, uint32_t events)
{
    struct stream *stream = container_of(source, struct stream, source);
    ssize_t size = read_some(stream);

    if (size > 0 || (size < 0 && (errno == EAGAIN || errno == EINTR)))
        return;
    stop_reading(stream);
    stream->ended(stream->owner);
}

int stream_open(struct loop *loop, struct stream *stream, int *ret_write_end)
{
    int ends[2];
    int r;

    if (pipe2(ends, O_CLOEXEC) < 0)
        return -errno;
    stream->loop = loop;
    stream->source = (struct source){.fd = ends[0], .ready = stream_ready};
    *ret_write_end = ends[1];
    r = fcntl(ends[0], F_SETFL, O_NONBLOCK) < 0 ? -errno : 0;
    return r < 0 ? r : loop_add(loop, &stream->source, EPOLLIN);
}

void stream_catch_up(struct stream *stream)
{
    size_t drained = 0;

    while (stream->source.fd >= 0 && drained < PIPE_SIZE_MAX) {
        ssize_t size = read_some(stream);

        if (size <= 0)
            break;
        drained += (size_t)size;
    }
}

void stream_drain(struct stream *stream)
{
    stream_catch_up(stream);
    stop_reading(stream);
}

void stream_start_anew(struct stream *stream)
{
    size_t limit = stream->reply ? 0 : stream->tail.limit;

    stream->reply = NULL;
    tail_clear(&stream->tail);
    stream->tail.limit = limit;
}

void stream_close(struct stream *stream)
{
    stop_reading(stream);
    tail_clear(&stream->tail);
}
