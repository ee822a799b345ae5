/*
 * What a script writes. Helper. Its bytes are opaque here: they are counted, cut, escaped, and for
 * migrate and restore written to a memfd, so that no XML lies in the helper's memory.
 *
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */
#include "output.h"

#include "cleanup.h"
#include "fd.h"
#include "text.h"

#include <string.h>

/* Makes room for `wanted` bytes, doubling up to the limit; the ring has not wrapped yet then. */
static bool tail_grow(struct tail *tail, size_t wanted)
{
    size_t size = tail->allocated ? tail->allocated : 1024;
    char *ring;

    while (size < wanted)
        size *= 2;
    if (size > tail->limit)
        size = tail->limit;
    if (size <= tail->allocated)
        return true;
    ring = realloc(tail->ring, size);
    if (!ring)
        return false;
    tail->ring = ring;
    tail->allocated = size;
    return true;
}

static void tail_put(struct tail *tail, const char *data, size_t size)
{
    size_t end = (tail->start + tail->used) % tail->allocated;
    size_t first = size < tail->allocated - end ? size : tail->allocated - end;
    size_t over;

    memcpy(tail->ring + end, data, first);
    memcpy(tail->ring, data + first, size - first);
    tail->used += size;
    if (tail->used > tail->allocated) {
        over = tail->used - tail->allocated;
        tail->start = (tail->start + over) % tail->allocated;
        tail->used = tail->allocated;
    }
}

void tail_append(struct tail *tail, const char *data, size_t size)
{
    tail->total += size;
    if (tail->limit == 0)
        return;
    if (size > tail->limit) {
        data += size - tail->limit;
        size = tail->limit;
    }
    if (tail->allocated < tail->limit && !tail_grow(tail, tail->used + size))
        return;
    tail_put(tail, data, size);
}

char *tail_text(const struct tail *tail)
{
    auto_free char *flat = malloc(tail->used + 1);
    size_t first, skip = 0;

    if (!flat)
        return NULL;
    first = tail->allocated - tail->start;
    if (first > tail->used)
        first = tail->used;
    if (tail->used > 0) {
        memcpy(flat, tail->ring + tail->start, first);
        memcpy(flat + first, tail->ring, tail->used - first);
    }
    /* The cut may have gone through a character: its rest, at most three bytes, is left out. */
    while (tail->total > tail->used && skip < 3 && skip < tail->used &&
           ((unsigned char)flat[skip] & 0xc0) == 0x80)
        skip++;
    return text_escape(flat + skip, tail->used - skip, true);
}

uint64_t tail_dropped(const struct tail *tail)
{
    return tail->total - tail->used;
}

void tail_clear(struct tail *tail)
{
    free(tail->ring);
    *tail = (struct tail){.limit = tail->limit};
}

int reply_init(struct reply *reply, size_t limit)
{
    int memfd;
    int r = fd_new_memfd("virthook-output", &memfd);

    if (r < 0)
        return r;
    *reply = (struct reply){.memfd = memfd, .limit = limit, .blank = true};
    return 0;
}

static bool is_white_space(const char *data, size_t size)
{
    for (size_t i = 0; i < size; i++) {
        if (!strchr(" \t\n\r\v\f", data[i]) || data[i] == '\0')
            return false;
    }
    return true;
}

void reply_append(struct reply *reply, const char *data, size_t size)
{
    reply->total += size;
    if (reply->blank)
        reply->blank = is_white_space(data, size);
    if (reply_is_over(reply) || reply->error < 0)
        return;
    reply->error = fd_write_all(reply->memfd, data, size);
}

bool reply_is_over(const struct reply *reply)
{
    return reply->total > reply->limit;
}

uint64_t reply_dropped(const struct reply *reply)
{
    return reply_is_over(reply) ? reply->total - reply->limit : 0;
}

int reply_take(struct reply *reply, int *ret_memfd)
{
    int r = reply->error < 0 ? reply->error : fd_seal(reply->memfd);

    if (r < 0)
        return r;
    *ret_memfd = take_fd(&reply->memfd);
    return 0;
}

void reply_clear(struct reply *reply)
{
    close_fd(&reply->memfd);
}
