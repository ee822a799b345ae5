/*
 * The lines that one helper wrote, over all its files, rotated and compressed ones too. Admin's
 * process; whatever bytes the files hold.
 *
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */
#include "chain.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#define ROOM_FIRST (16 << 10)
#define BLOCK_SIZE (64 << 10)

static void note_damage(struct chain *chain, int error)
{
    if (chain->damaged)
        return;
    chain->damaged = chain->files[chain->at].path;
    chain->error = error ? error : EIO;
}

const char *chain_error_text(int error)
{
    return error == EBADMSG ? "its compressed data is cut short or damaged" : strerror(error);
}

/* Opens the file whose turn it is; false after the last. */
static bool open_file(struct chain *chain)
{
    while (!chain->open && chain->at < chain->count) {
        struct log_file *file = &chain->files[chain->at];

        chain->number = 0;
        chain->open = file->fd >= 0 ? gzdopen(file->fd, "rb") : NULL;
        if (chain->open) {
            file->fd = -EBADF;
            break;
        }
        note_damage(chain, file->error ? file->error : ENOMEM);
        chain->at++;
    }
    return chain->open;
}

static void close_file(struct chain *chain)
{
    int error = Z_OK;

    gzerror(chain->open, &error);
    if (error != Z_OK && error != Z_STREAM_END)
        note_damage(chain, error == Z_ERRNO ? errno : EBADMSG);
    gzclose(chain->open);
    chain->open = NULL;
    chain->at++;
}

/* Has room for so many bytes more and a NUL; false where memory is short. */
static bool make_room(struct chain *chain, size_t more)
{
    size_t room = chain->room > 0 ? chain->room : ROOM_FIRST;
    char *line;

    while (room <= chain->size + more)
        room *= 2;
    if (room == chain->room)
        return true;
    line = realloc(chain->line, room);
    if (!line)
        return false;
    chain->line = line;
    chain->room = room;
    return true;
}

/* Adds bytes to the line; false where memory is short. */
static bool keep(struct chain *chain, const char *bytes, size_t size)
{
    if (!make_room(chain, size))
        return false;
    memcpy(chain->line + chain->size, bytes, size);
    chain->size += size;
    chain->line[chain->size] = '\0';
    return true;
}

/* Has bytes in the block: 1, 0 at the file's end, or -ENOMEM. */
static int fill(struct chain *chain)
{
    int got;

    if (chain->from < chain->to)
        return 1;
    if (!chain->block)
        chain->block = malloc(BLOCK_SIZE);
    if (!chain->block)
        return -ENOMEM;
    got = gzread(chain->open, chain->block, BLOCK_SIZE);
    chain->from = 0;
    chain->to = got > 0 ? (size_t)got : 0;
    return got > 0;
}

/*
 * Takes what the block has of the line, up to its newline; of a line over the bound nothing is
 * kept. 1 where the line ended, 0, or -ENOMEM.
 */
static int take_piece(struct chain *chain, bool *over)
{
    const char *piece = chain->block + chain->from;
    const char *newline = memchr(piece, '\n', chain->to - chain->from);
    size_t size = newline ? (size_t)(newline - piece) : chain->to - chain->from;

    chain->from += size + (newline ? 1 : 0);
    *over = *over || chain->size + size > LINE_MAX_SIZE;
    if (*over)
        chain->size = 0;
    else if (!keep(chain, piece, size))
        return -ENOMEM;
    return newline ? 1 : 0;
}

/* More may be added to the file that is open. */
static bool is_live(const struct chain *chain)
{
    return chain->live && chain->at + 1 == chain->count;
}

/* Goes back to where the line began: it may be cut off, or gone on with. */
static void leave_line(struct chain *chain, z_off_t start)
{
    gzclearerr(chain->open);
    if (gztell(chain->open) != start)
        gzseek(chain->open, start, SEEK_SET);
}

/* One line of the file that is open: 1, 0 at its end, or -ENOMEM. */
static int read_line(struct chain *chain)
{
    z_off_t start = gztell(chain->open) - (z_off_t)(chain->to - chain->from);
    bool over = false, any = false;
    int filled, ended = 0;

    chain->size = 0;
    while (ended == 0 && (filled = fill(chain)) > 0) {
        any = true;
        ended = take_piece(chain, &over);
    }
    if (ended < 0 || filled < 0)
        return -ENOMEM;
    if (ended == 0 && is_live(chain)) {
        leave_line(chain, start);
        return 0;
    }
    if (!any)
        return 0;
    chain->torn = ended == 0;
    chain->number++;
    chain->too_long += over ? 1 : 0;
    return 1;
}

int chain_next(struct chain *chain)
{
    int r = 0;

    while (r == 0 && open_file(chain)) {
        r = read_line(chain);
        if (r == 0 && is_live(chain))
            break;
        if (r == 0)
            close_file(chain);
    }
    return r;
}

const char *chain_path(const struct chain *chain)
{
    return chain->files[chain->at].path;
}

void chain_clear(struct chain *chain)
{
    if (chain->open)
        gzclose(chain->open);
    free(chain->block);
    free(chain->line);
    *chain = (struct chain){0};
}
