/*
 * Closing the calls that a former helper began in a log file and did not end. Helper.
 *
 * A helper writes "open" into its file after it has closed what others left there, and "close" when
 * all of its own calls have ended: nothing above such a line is unfinished. So the file is read
 * from its last one on, forward, with a bounded set of the calls that are open so far. Should more
 * calls be open than the set holds, the rest is left to a further pass, which begins at the first
 * call that found no room.
 *
 * The file belongs to root or to the helper; damaged lines are passed over all the same.
 *
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */
#include "recover.h"

#include "cleanup.h"

#include <errno.h>
#include <string.h>

#define BLOCK_SIZE 65536

/* Bytes of a begin record that is read again; one that our helpers wrote has at most 40 KiB. */
#define BEGIN_MAX 262144

/* A pass over the file: of the line at hand only the start is kept. */
struct pass {
    struct open_calls open;
    char head[RECORD_HEAD_MAX + 1];
    size_t head_size;
    off_t line_start;
    off_t no_room; /* the first begin that the set had no room for, -1 where there was room */
    bool settled;
};

static bool starts_with(const char *text, const char *start)
{
    return strncmp(text, start, strlen(start)) == 0;
}

static bool is_settling(const char *head)
{
    return starts_with(head, RECORD_HEAD("open")) || starts_with(head, RECORD_HEAD("close"));
}

/* The call that a line of this beginning is about. */
static bool read_call(const char *head, const char *start, struct call_id *ret_id)
{
    return starts_with(head, start) && call_id_parse(head + strlen(start), ret_id);
}

/* The last line of the block, from its end back, that settles what is above it; or NULL. */
static const char *last_settling(const char *block, size_t line_starts, bool at_file_start)
{
    const char *newline = block + line_starts;

    while ((newline = memrchr(block, '\n', (size_t)(newline - block))))
        if (is_settling(newline + 1))
            return newline + 1;
    return at_file_start && is_settling(block) ? block : NULL;
}

/* Where the last line that settles begins; 0 where there is none. */
static int find_settled(const struct log_file *file, off_t size, off_t *ret_offset)
{
    auto_free char *block = malloc(BLOCK_SIZE + RECORD_HEAD_MAX + 1);
    off_t end = size;

    if (!block)
        return -ENOMEM;
    while (end > 0) {
        off_t start = end > BLOCK_SIZE ? end - BLOCK_SIZE : 0;
        const char *line;
        size_t got = 0;
        int r;

        r = log_file_read(file, start, block, BLOCK_SIZE + RECORD_HEAD_MAX, &got);
        if (r < 0)
            return r;
        block[got] = '\0';
        if (got < (size_t)(end - start))
            return -EIO;
        line = last_settling(block, (size_t)(end - start), start == 0);
        if (line) {
            *ret_offset = start + (line - block);
            return 0;
        }
        end = start;
    }
    *ret_offset = 0;
    return 0;
}

static int note_begin(struct pass *pass, const struct call_id *id, off_t line_end)
{
    struct open_call call = {
        .id = *id,
        .offset = pass->line_start,
        .length = (size_t)(line_end - pass->line_start),
    };
    int r;

    r = open_calls_add(&pass->open, &call);
    if (r != OPEN_CALLS_E_FULL)
        return r;
    if (pass->no_room < 0)
        pass->no_room = pass->line_start;
    return 0;
}

/* A line that ends at this offset was seen. */
static int note_line(struct pass *pass, off_t line_end)
{
    struct call_id id;

    pass->head[pass->head_size] = '\0';
    pass->settled = is_settling(pass->head);
    if (read_call(pass->head, RECORD_CALL_HEAD("end"), &id))
        open_calls_remove(&pass->open, &id);
    else if (read_call(pass->head, RECORD_CALL_HEAD("begin"), &id))
        return note_begin(pass, &id, line_end);
    return 0;
}

static void keep_head(struct pass *pass, const char *data, size_t size)
{
    size_t room = RECORD_HEAD_MAX - pass->head_size;
    size_t count = size < room ? size : room;

    memcpy(pass->head + pass->head_size, data, count);
    pass->head_size += count;
}

/* Goes through a block that stands at `offset`; a line may go on in the next one. */
static int note_block(struct pass *pass, off_t offset, const char *block, size_t size)
{
    const char *at = block, *end = block + size, *newline;
    int r;

    while ((newline = memchr(at, '\n', (size_t)(end - at)))) {
        keep_head(pass, at, (size_t)(newline - at));
        r = note_line(pass, offset + (newline - block));
        if (r < 0)
            return r;
        at = newline + 1;
        pass->head_size = 0;
        pass->line_start = offset + (at - block);
    }
    keep_head(pass, at, (size_t)(end - at));
    return 0;
}

static int read_through(struct pass *pass, const struct log_file *file)
{
    auto_free char *block = malloc(BLOCK_SIZE);
    off_t offset = pass->line_start;
    size_t got = 0;
    int r;

    if (!block)
        return -ENOMEM;
    do {
        r = log_file_read(file, offset, block, BLOCK_SIZE, &got);
        if (r < 0)
            return r;
        r = note_block(pass, offset, block, got);
        if (r < 0)
            return r;
        offset += (off_t)got;
    } while (got > 0);
    return 0;
}

/* One pass from recovery->next on. */
static int find_unfinished(struct recovery *recovery, const struct log_file *file)
{
    struct pass pass = {.line_start = recovery->next, .no_room = -1, .settled = true};
    int r;

    r = read_through(&pass, file);
    if (r < 0) {
        open_calls_clear(&pass.open);
        return r;
    }
    free(recovery->list);
    open_calls_take(&pass.open, &recovery->list, &recovery->count);
    recovery->done = 0;
    recovery->next = pass.no_room;
    recovery->settled = pass.settled;
    return 0;
}

int recovery_start(struct recovery *recovery, struct log_file *file)
{
    off_t size = 0;
    int r;

    *recovery = (struct recovery){.from = file, .next = -1};
    r = log_file_mend(file, &recovery->cut);
    if (r != 0)
        return r;
    r = log_file_resume(file);
    if (r < 0)
        return r;
    r = log_file_size(file, &size);
    if (r < 0)
        return r;
    r = find_settled(file, size, &recovery->next);
    if (r < 0)
        return r;
    return find_unfinished(recovery, file);
}

static int close_call(const struct open_call *call, const struct log_file *from,
                      struct log_file *file, const struct record_source *source)
{
    size_t size = call->length < BEGIN_MAX ? call->length : BEGIN_MAX, got = 0;
    auto_free char *begin = malloc(size + 1), *text = NULL;
    struct record_line line;
    int r;

    if (!begin)
        return -ENOMEM;
    r = log_file_read(from, call->offset, begin, size, &got);
    if (r < 0)
        return r;
    r = record_abandoned(source, &call->id, begin, got, &line);
    if (r < 0)
        return r;
    text = line.text;
    return log_file_append(file, line.text, line.size);
}

int recovery_finish(struct recovery *recovery, struct log_file *file,
                    const struct record_source *source)
{
    int r;

    for (;;) {
        for (; recovery->done < recovery->count; recovery->done++, recovery->closed++) {
            r = close_call(&recovery->list[recovery->done], recovery->from, file, source);
            if (r < 0)
                return r;
        }
        if (recovery->next < 0)
            return 0;
        r = find_unfinished(recovery, recovery->from);
        if (r < 0)
            return r;
    }
}

void recovery_clear(struct recovery *recovery)
{
    free(recovery->list);
    *recovery = (struct recovery){.next = -1};
}
