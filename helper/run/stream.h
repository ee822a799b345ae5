/*
 * One of a script's output streams: a pipe that the loop reads, into a tail or a reply. Helper.
 *
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */
#pragma once

#include "loop.h"
#include "output.h"

#include <sys/types.h>

/* Zero-initialise, set `source.fd` to a negative value and, before stream_open(), `tail.limit`. */
struct stream {
    struct loop *loop;
    struct source source;
    struct tail tail;
    struct reply *reply;        /* where set, the bytes go there and not to the tail */
    void (*ended)(void *owner); /* nobody holds the other end any more; from the loop */
    void *owner;
};

/*
 * Makes the pipe and watches it. `*ret_write_end` is the caller's. Returns 0 or a negative errno;
 * stream_close() gives back in both cases.
 */
int stream_open(struct loop *loop, struct stream *stream, int *ret_write_end);

/*
 * Takes what is still in the pipe once its writers are dead, and closes it. Bounded, as a script
 * may have given its end to somebody outside.
 */
void stream_drain(struct stream *stream);

/* The same while it stays open: of what lives on after the script. */
void stream_catch_up(struct stream *stream);

/* Forgets what came so far; of new XML that goes on coming only the bytes are counted. */
void stream_start_anew(struct stream *stream);

/* Closes the pipe and frees the tail; the reply stays its owner's. */
void stream_close(struct stream *stream);
