/*
 * What a script writes: read in bounds, counted whole, its end kept. Helper. Untrusted through and
 * through.
 *
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */
#pragma once

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/* The end of a stream: a ring of at most `limit` bytes, allocated as it fills. */
struct tail {
    char *ring;
    size_t limit, allocated, used, start;
    uint64_t total; /* bytes that went through */
};

/* Takes `size` bytes. Memory that cannot be had costs the kept end, never the count. */
void tail_append(struct tail *tail, const char *data, size_t size);

/*
 * The kept end as safe text (text_escape() with lines kept), from a character's border on.
 * Returns NULL where memory is short; the caller frees.
 */
char *tail_text(const struct tail *tail);

/* Bytes that went through and were not kept. */
uint64_t tail_dropped(const struct tail *tail);

void tail_clear(struct tail *tail);

/* New XML on its way into a memfd; of what is over the limit only the count is kept. */
struct reply {
    int memfd;
    size_t limit;
    uint64_t total;
    bool blank; /* white space alone so far */
    int error;  /* a negative errno of the memfd's, 0 while it works */
};

/* Returns 0 or a negative errno. */
int reply_init(struct reply *reply, size_t limit);
void reply_append(struct reply *reply, const char *data, size_t size);
bool reply_is_over(const struct reply *reply);

/* Bytes over the limit. */
uint64_t reply_dropped(const struct reply *reply);

/* Seals what came and hands it over; the caller owns it. Returns 0 or a negative errno. */
int reply_take(struct reply *reply, int *ret_memfd);
void reply_clear(struct reply *reply);
