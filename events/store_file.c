/*
 * The state file as a file. virteventd. It may have been damaged, cut or put in place by mistake.
 *
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */
#include "store_file.h"

#include "cleanup.h"
#include "fd.h"
#include "store_line.h"

#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <sys/file.h>
#include <sys/stat.h>

#define OPEN_FLAGS (O_RDWR | O_CREAT | O_NOFOLLOW | O_NONBLOCK | O_CLOEXEC)
#define MODE       0600
#define FOLDER     0700

/* Another process that has just ended may have put a new file in place; it does so once. */
#define TRIES 10

static void cleanup_stream(FILE **slot)
{
    if (*slot)
        (void)fclose(*slot);
}

#define auto_stream __attribute__((cleanup(cleanup_stream)))

/* All folders above the file that are not there. */
static int make_folders(const char *path)
{
    auto_free char *folder = strdup(path);

    if (!folder)
        return -ENOMEM;
    for (char *slash = strchr(folder + 1, '/'); slash; slash = strchr(slash + 1, '/')) {
        *slash = '\0';
        if (mkdir(folder, FOLDER) < 0 && errno != EEXIST)
            return -errno;
        *slash = '/';
    }
    return 0;
}

/* Whether the path still leads to the file that is open. */
static bool is_at(int fd, const char *path)
{
    struct stat open_file, named;

    return fstat(fd, &open_file) == 0 && lstat(path, &named) == 0 &&
           open_file.st_dev == named.st_dev && open_file.st_ino == named.st_ino;
}

static int open_locked(const char *path, int *ret_fd)
{
    auto_close int fd = open(path, OPEN_FLAGS, MODE);
    struct stat st;

    if (fd < 0)
        return errno == ELOOP ? -ENOTSUP : -errno;
    if (fstat(fd, &st) < 0)
        return -errno;
    if (!S_ISREG(st.st_mode))
        return -ENOTSUP;
    if (flock(fd, LOCK_EX | LOCK_NB) < 0)
        return errno == EWOULDBLOCK ? -EBUSY : -errno;
    if (!is_at(fd, path))
        return -EAGAIN;
    *ret_fd = take_fd(&fd);
    return 0;
}

int store_file_open(const char *path, int *ret_fd)
{
    int r = make_folders(path);

    if (r == 0)
        r = -EAGAIN;
    for (int i = 0; r == -EAGAIN && i < TRIES; i++)
        r = open_locked(path, ret_fd);
    return r;
}

/* Reads with a position of its own. */
static int open_reader(int fd, FILE **ret_stream)
{
    auto_close int copy = fcntl(fd, F_DUPFD_CLOEXEC, 3);

    if (copy < 0 || lseek(copy, 0, SEEK_SET) < 0)
        return -errno;
    *ret_stream = fdopen(copy, "re");
    if (!*ret_stream)
        return -errno;
    copy = -EBADF;
    return 0;
}

int store_file_read(int fd, struct ledger *ledger, size_t *ret_damaged)
{
    struct ledger_line line = {0};
    auto_stream FILE *stream = NULL;
    auto_free char *text = NULL;
    size_t capacity = 0, damaged = 0;
    struct stat st;
    ssize_t size;
    int r;

    if (fstat(fd, &st) < 0)
        return -errno;
    if ((uint64_t)st.st_size > STORE_FILE_MOST)
        return -EFBIG;
    r = open_reader(fd, &stream);
    while (r >= 0 && (size = getline(&text, &capacity, stream)) > 0 && text[size - 1] == '\n') {
        line.size = (size_t)size;
        r = store_line_read(ledger, text, line.size - 1, line);
        if (r == -EBADMSG) {
            damaged++;
            r = 0;
        }
        line.offset += line.size;
    }
    if (r == 0 && ferror(stream))
        r = -EIO;
    if (r < 0)
        return r;
    *ret_damaged = damaged;
    return 0;
}

/* A line, without its end; the caller frees. */
static int read_line(int fd, struct ledger_line line, char **ret_text)
{
    auto_free char *text = malloc(line.size + 1);
    size_t got = 0;

    if (!text)
        return -ENOMEM;
    while (got < line.size) {
        ssize_t n = pread(fd, text + got, line.size - got, (off_t)(line.offset + got));

        if (n < 0 && errno == EINTR)
            continue;
        if (n <= 0)
            return n < 0 ? -errno : -EIO;
        got += (size_t)n;
    }
    text[line.size - 1] = '\0';
    *ret_text = take_pointer(&text);
    return 0;
}

int store_file_read_entry(int fd, const struct ledger_entry *entry, struct delivery **ret_delivery)
{
    auto_free char *event = NULL, *retry = NULL;
    struct delivery *delivery = NULL;
    int r = read_line(fd, entry->event, &event);

    if (r == 0 && entry->retry.size > 0)
        r = read_line(fd, entry->retry, &retry);
    if (r == 0)
        r = store_line_read_event(event, entry->event.size - 1, &delivery);
    if (r < 0)
        return r;
    if (retry)
        r = store_line_read_retry(retry, entry->retry.size - 1, delivery);
    if (r < 0) {
        delivery_free(delivery);
        return r;
    }
    *ret_delivery = delivery;
    return 0;
}

/* Takes the text over; counts what was written. */
static int put_text(FILE *stream, char *text, uint64_t *size)
{
    auto_free char *line = text;

    if (!line)
        return -ENOMEM;
    *size += strlen(line);
    return fputs(line, stream) < 0 ? -errno : 0;
}

/* Copies a line of the old file, and says where it is now. */
static int put_line(FILE *stream, int fd, struct ledger_line *line, uint64_t *size)
{
    auto_free char *text = NULL;
    int r = line->size > 0 ? read_line(fd, *line, &text) : 0;

    if (r < 0 || line->size == 0)
        return r;
    line->offset = *size;
    *size += line->size;
    return fprintf(stream, "%s\n", text) < 0 ? -errno : 0;
}

static int write_states(FILE *stream, const struct ledger *ledger, uint64_t *size)
{
    int r = put_text(stream, store_line_head(ledger), size);

    for (size_t i = 0; r == 0 && i < ledger->uri_count; i++) {
        const struct ledger_uri *uri = &ledger->uris[i];

        if (uri->states.known)
            r = put_text(stream, store_line_states(uri->uri, &uri->states), size);
    }
    return r;
}

/* `entries` are the ledger's, a copy; their places become those of the new file. */
static int write_all(FILE *stream, int fd, const struct ledger *ledger,
                     struct ledger_entry *entries, uint64_t *ret_size)
{
    uint64_t size = 0;
    int r = write_states(stream, ledger, &size);

    for (size_t i = 0; r == 0 && i < ledger->count; i++) {
        if (entries[i].done)
            continue;
        r = put_line(stream, fd, &entries[i].event, &size);
        if (r == 0)
            r = put_line(stream, fd, &entries[i].retry, &size);
    }
    if (r == 0)
        r = put_text(stream, store_line_next(ledger), &size);
    if (r == 0 && (fflush(stream) != 0 || fsync(fileno(stream)) < 0))
        r = -errno;
    *ret_size = size;
    return r;
}

/* The path with this at its end, the caller's; NULL where memory is short. */
static char *beside(const char *path, const char *ending)
{
    char *name;

    return asprintf(&name, "%s%s", path, ending) < 0 ? NULL : name;
}

static int open_new(const char *path, FILE **ret_stream)
{
    auto_close int fd = open(path, OPEN_FLAGS | O_TRUNC, MODE);

    if (fd < 0 || flock(fd, LOCK_EX | LOCK_NB) < 0)
        return -errno;
    *ret_stream = fdopen(fd, "w");
    if (!*ret_stream)
        return -errno;
    fd = -EBADF;
    return 0;
}

static int write_new(const char *path, const char *name, int *fd, const struct ledger *ledger,
                     struct ledger_entry *entries, uint64_t *ret_size)
{
    auto_stream FILE *stream = NULL;
    int r = open_new(name, &stream), copy;

    if (r == 0)
        r = write_all(stream, *fd, ledger, entries, ret_size);
    if (r < 0)
        return r;
    copy = fcntl(fileno(stream), F_DUPFD_CLOEXEC, 3);
    if (copy < 0)
        return -errno;
    if (rename(name, path) < 0) {
        r = -errno;
        close(copy);
        return r;
    }
    close(*fd);
    *fd = copy;
    return 0;
}

int store_file_rewrite(const char *path, int *fd, struct ledger *ledger, uint64_t *ret_size)
{
    auto_free struct ledger_entry *entries = calloc(ledger->count + 1, sizeof(*entries));
    auto_free char *name = beside(path, ".new");
    uint64_t size = 0;
    int r;

    if (!entries || !name)
        return -ENOMEM;
    if (ledger->count > 0)
        memcpy(entries, ledger->entries, ledger->count * sizeof(*entries));
    r = write_new(path, name, fd, ledger, entries, &size);
    if (r < 0) {
        (void)unlink(name);
        return r;
    }
    if (ledger->count > 0)
        memcpy(ledger->entries, entries, ledger->count * sizeof(*entries));
    *ret_size = size;
    return 0;
}

int store_file_keep_damaged(const char *path)
{
    auto_free char *name = beside(path, ".damaged");

    if (!name)
        return -ENOMEM;
    (void)unlink(name);
    return link(path, name) < 0 ? -errno : 0;
}
