/*
 * Bytes that grow up to a limit, with msgpack-c's packer in front. Both sides; for encode.c alone.
 *
 * The first error sticks and makes all that follows do nothing, so that it is asked for once.
 *
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */
#pragma once

#include <msgpack/pack.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct writer {
    msgpack_packer packer;
    uint8_t *data;
    size_t size, room, most;
    int error; /* 0, -ENOMEM, -EMSGSIZE, -EINVAL */
};

/* Where a text over its limit is cut. */
enum writer_keep {
    KEEP_START,
    KEEP_END,
};

/* Empty, to grow to at most `most` bytes. It must not move after that: the packer points at it. */
void writer_init(struct writer *writer, size_t most);

void writer_free(struct writer *writer);

void writer_array(struct writer *writer, size_t count);
void writer_map(struct writer *writer, size_t count);
void writer_uint(struct writer *writer, uint64_t value);
void writer_string(struct writer *writer, const char *text);

/* One key with its value. */
void writer_key_uint(struct writer *writer, const char *key, uint64_t value);
void writer_key_bool(struct writer *writer, const char *key, bool value);
void writer_key_string(struct writer *writer, const char *key, const char *text);

/*
 * One key with a text for humans, which may be anything: what is not UTF-8 is escaped, and what is
 * over `most` bytes is cut at a character's border. A peer never has a reason to refuse it.
 */
void writer_key_text(struct writer *writer, const char *key, const char *text, size_t most,
                     enum writer_keep keep);
