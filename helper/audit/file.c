/*
 * One log file: whole lines are added to it, or nothing. Helper. What stands in the file was
 * written by helpers; one that was killed, or a power cut, may have left half a line at its end.
 *
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */
#include "file.h"

#include "cleanup.h"
#include "fd.h"

#include <errno.h>
#include <string.h>
#include <sys/stat.h>

#define BLOCK_SIZE 65536

void log_file_init(struct log_file *file, int fd, struct copies *copies)
{
    *file = (struct log_file){.fd = fd, .torn_at = -1, .copies = copies};
}

void log_file_clear(struct log_file *file)
{
    close_fd(&file->fd);
}

int log_file_size(const struct log_file *file, off_t *ret_size)
{
    struct stat st;

    if (fstat(file->fd, &st) < 0)
        return -errno;
    *ret_size = st.st_size;
    return 0;
}

int log_file_read(const struct log_file *file, off_t offset, char *data, size_t size,
                  size_t *ret_size)
{
    if (lseek(file->fd, offset, SEEK_SET) < 0)
        return -errno;
    return fd_read_all(file->fd, data, size, ret_size);
}

/* Takes back a part of a line; where even that fails, it is tried again before the next line. */
static int cut_to(struct log_file *file, off_t size)
{
    if (ftruncate(file->fd, size) < 0) {
        file->torn_at = size;
        return -errno;
    }
    file->torn_at = -1;
    return 0;
}

static int append_sealed(struct log_file *file, const char *line, size_t size)
{
    off_t former = 0;
    int r;

    r = file->torn_at >= 0 ? cut_to(file, file->torn_at) : 0;
    if (r < 0)
        return r;
    r = log_file_size(file, &former);
    if (r < 0)
        return r;
    r = fd_write_all(file->fd, line, size);
    if (r < 0)
        (void)cut_to(file, former);
    return r == -EDQUOT ? -ENOSPC : r;
}

/* Adds the line to the text of those before it, sealed. */
static int seal_line(struct chain *chain, const char *line, size_t size, char **text,
                     size_t *text_size)
{
    auto_free char *sealed = NULL;
    char *longer;
    int r;

    r = chain_seal(chain, line, size, &sealed, &size, chain);
    if (r < 0)
        return r;
    /* As a rule it is the only one. */
    if (!*text) {
        *text = take_pointer(&sealed);
        *text_size = size;
        return 0;
    }
    longer = realloc(*text, *text_size + size);
    if (!longer)
        return -ENOMEM;
    memcpy(longer + *text_size, sealed, size);
    *text = longer;
    *text_size += size;
    return 0;
}

int log_file_append(struct log_file *file, const char *lines, size_t size)
{
    const char *line = lines, *end = lines + size, *newline;
    struct chain chain = file->chain;
    auto_free char *text = NULL;
    size_t text_size = 0;
    int r;

    while ((newline = memchr(line, '\n', (size_t)(end - line)))) {
        r = seal_line(&chain, line, (size_t)(newline - line) + 1, &text, &text_size);
        if (r < 0)
            return r;
        line = newline + 1;
    }
    r = append_sealed(file, text, text_size);
    if (r < 0)
        return r;
    file->chain = chain;
    copies_send(file->copies, text, text_size);
    return 0;
}

int log_file_resume(struct log_file *file)
{
    char tail[CHAIN_TAIL_MAX];
    off_t size = 0;
    size_t got = 0;
    int r;

    r = log_file_size(file, &size);
    if (r < 0)
        return r;
    r = log_file_read(file, size > CHAIN_TAIL_MAX ? size - CHAIN_TAIL_MAX : 0, tail, sizeof(tail),
                      &got);
    if (r < 0)
        return r;
    return chain_read(tail, got, &file->chain) == 0 ? 0 : chain_begin(&file->chain);
}

/* Where the line behind the last newline begins: a search from the end, block by block. */
static int find_last_line(const struct log_file *file, off_t size, off_t *ret_offset)
{
    auto_free char *block = malloc(BLOCK_SIZE);
    off_t end = size;

    if (!block)
        return -ENOMEM;
    while (end > 0) {
        off_t start = end > BLOCK_SIZE ? end - BLOCK_SIZE : 0;
        const char *newline;
        size_t got = 0;
        int r;

        r = log_file_read(file, start, block, (size_t)(end - start), &got);
        if (r < 0)
            return r;
        newline = memrchr(block, '\n', got);
        if (newline) {
            *ret_offset = start + (newline - block) + 1;
            return 0;
        }
        end = start;
    }
    *ret_offset = 0;
    return 0;
}

/* Whether a record begins there, or half of one, or zeros. */
static int look_at(const struct log_file *file, off_t offset, bool *ret_own)
{
    static const char start[] = "{\"schema\":";
    char found[sizeof(start) - 1];
    size_t got = 0;
    int r = log_file_read(file, offset, found, sizeof(found), &got);

    if (r < 0)
        return r;
    *ret_own = got == 0 || found[0] == '\0' || memcmp(found, start, got) == 0;
    return 0;
}

/* A path in the configuration may be that of quite another file, which must not lose its end. */
static int check_own(const struct log_file *file, off_t last)
{
    bool ends = false, begins = false;
    int r = look_at(file, last, &ends);

    if (r == 0)
        r = look_at(file, 0, &begins);
    if (r < 0)
        return r;
    return ends || begins ? 0 : LOG_FILE_E_FOREIGN;
}

int log_file_mend(struct log_file *file, off_t *ret_cut)
{
    off_t size = 0, last = 0;
    int r;

    r = log_file_size(file, &size);
    if (r < 0)
        return r;
    r = find_last_line(file, size, &last);
    if (r < 0)
        return r;
    if (last < size) {
        r = check_own(file, last);
        if (r == 0)
            r = cut_to(file, last);
        if (r != 0)
            return r;
    }
    *ret_cut = size - last;
    return 0;
}
