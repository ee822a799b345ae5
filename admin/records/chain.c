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

static void note_damage(struct chain *chain, int error)
{
    if (chain->damaged)
        return;
    chain->damaged = chain->files[chain->at].path;
    chain->error = error ? error : EIO;
}

/* Opens the file whose turn it is; false after the last. */
static bool open_file(struct chain *chain)
{
    while (!chain->open && chain->at < chain->count) {
        errno = 0;
        chain->open = gzopen(chain->files[chain->at].path, "rbe");
        chain->number = 0;
        if (chain->open)
            break;
        note_damage(chain, errno);
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

static bool grow(struct chain *chain)
{
    size_t room = chain->room == 0 ? ROOM_FIRST : chain->room * 2;
    char *line = realloc(chain->line, room);

    if (!line)
        return false;
    chain->line = line;
    chain->room = room;
    return true;
}

/* Keeps one byte of a line; false where memory is short. What is over the bound is dropped. */
static bool keep(struct chain *chain, int byte)
{
    if (chain->size + 1 >= chain->room && !grow(chain))
        return false;
    chain->line[chain->size++] = (char)byte;
    chain->line[chain->size] = '\0';
    return true;
}

/* One line of the file that is open: 1, 0 at its end, or -ENOMEM. */
static int read_line(struct chain *chain)
{
    bool over = false;
    int byte;

    chain->size = 0;
    while ((byte = gzgetc(chain->open)) != -1 && byte != '\n') {
        over = over || chain->size >= LINE_MAX_SIZE;
        if (!over && !keep(chain, byte))
            return -ENOMEM;
    }
    if (byte == -1 && chain->size == 0)
        return 0;
    chain->number++;
    if (over) {
        chain->too_long++;
        chain->size = 0;
    }
    return 1;
}

int chain_next(struct chain *chain)
{
    int r = 0;

    while (r == 0 && open_file(chain)) {
        r = read_line(chain);
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
    free(chain->line);
    *chain = (struct chain){0};
}
