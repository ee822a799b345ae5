/*
 * Where an audit log is kept: its directory, and the file that this helper locks. Helper. The path
 * comes from the configuration; what stands there is not trusted until it was looked at: others
 * must be able neither to change the log nor to have it written to a file of their choice.
 *
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */
#include "place.h"

#include "cleanup.h"
#include "former.h"
#include "log.h"
#include "text.h"

#include <fcntl.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>
#include <sys/file.h>
#include <sys/stat.h>

/* Times that a file is opened anew because it was moved away between open and lock. */
#define MOVED_MAX 16

static int __attribute__((format(printf, 2, 3))) refuse(char **ret_error, const char *format, ...)
{
    va_list arguments;
    char *sentence;

    va_start(arguments, format);
    sentence = text_compose(format, arguments);
    va_end(arguments);
    if (!sentence)
        return -ENOMEM;
    *ret_error = sentence;
    return AUDIT_E_REFUSED;
}

static bool is_trusted_owner(const struct place *place, uid_t uid)
{
    return uid == 0 || uid == geteuid() || uid == place->writer;
}

/* Root's own group is as good as root; any other one makes more writers. */
static bool others_write(const struct stat *st)
{
    return (st->st_mode & S_IWOTH) || ((st->st_mode & S_IWGRP) && st->st_gid != 0);
}

/*
 * Makes what is missing of the directory's path; what cannot be made is found at opening. The last
 * one, where it is new, is for the helper's later user to make files in too.
 */
static int make_directories(const struct place *place, const char *path)
{
    auto_free char *part = strdup(path);
    bool made = false;

    if (!part)
        return -ENOMEM;
    for (char *slash = part; *slash != '\0';) {
        char kept;

        slash += strspn(slash, "/");
        slash += strcspn(slash, "/");
        kept = *slash;
        *slash = '\0';
        made = mkdir(part, 0700) == 0;
        *slash = kept;
    }
    if (made && place->writer != geteuid() && chown(path, place->writer, 0) == 0)
        (void)chmod(path, 0770);
    return 0;
}

static int check_directory(const struct place *place, const struct stat *st, char **ret_error)
{
    const char *path = place->directory;

    if (!is_trusted_owner(place, st->st_uid))
        return refuse(ret_error,
                      "the audit log's directory %s belongs to uid %u, who could change the log: "
                      "run chown %u %s",
                      path, st->st_uid, geteuid(), path);
    if (others_write(st) && !(st->st_mode & S_ISVTX))
        return refuse(ret_error,
                      "the audit log's directory %s can be written by others (mode %04o), who "
                      "could change the log: run chmod go-w %s",
                      path, st->st_mode & 07777, path);
    return 0;
}

static int open_directory(struct place *place, char **ret_error)
{
    struct stat st;
    int r;

    r = make_directories(place, place->directory);
    if (r < 0)
        return r;
    place->directory_fd = open(place->directory, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
    if (place->directory_fd < 0 || fstat(place->directory_fd, &st) < 0)
        return refuse(ret_error,
                      "cannot open the audit log's directory %s: %s; let it be a directory that "
                      "uid %u may write, or set another place for the log",
                      place->directory, strerror(errno), geteuid());
    r = check_directory(place, &st, ret_error);
    if (r != 0)
        return r;
    place->shared = others_write(&st) || st.st_uid != geteuid();
    return 0;
}

static bool is_directory(const char *path)
{
    struct stat st;

    return path[0] != '\0' &&
           (path[strlen(path) - 1] == '/' || (stat(path, &st) == 0 && S_ISDIR(st.st_mode)));
}

/* Takes the slashes off the end of a path, but for the root's own. */
static void trim_slashes(char *path)
{
    size_t length = strlen(path);

    while (length > 1 && path[length - 1] == '/')
        path[--length] = '\0';
}

/* `<where>/<name>.log` */
static int split_directory(struct place *place, const char *where, const char *name)
{
    place->directory = strdup(where);
    place->stem = strdup(name);
    place->suffix = strdup(".log");
    if (!place->directory || !place->stem || !place->suffix)
        return -ENOMEM;
    trim_slashes(place->directory);
    return 0;
}

/* A file: its suffix begins at the last dot that is not the first character. */
static int split_file(struct place *place, const char *where)
{
    const char *slash = strrchr(where, '/'), *file = slash ? slash + 1 : where;
    const char *dot = strrchr(file, '.');

    if (!dot || dot == file)
        dot = file + strlen(file);
    place->directory = slash ? strndup(where, (size_t)(file - where)) : strdup(".");
    place->stem = strndup(file, (size_t)(dot - file));
    place->suffix = strdup(dot);
    if (!place->directory || !place->stem || !place->suffix)
        return -ENOMEM;
    trim_slashes(place->directory);
    return 0;
}

/* Whether the text can be a file's name with no way out of the directory. */
static bool is_plain_name(const char *name)
{
    return name[0] != '\0' && name[0] != '.' &&
           name[strspn(name, "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789"
                             "._-")] == '\0';
}

int place_find(struct place *place, const char *where, const char *name, uid_t writer,
               char **ret_error)
{
    bool directory = is_directory(where);
    int r;

    *place = (struct place){.directory_fd = -EBADF, .writer = writer};
    if (where[0] == '\0')
        return refuse(ret_error, "the audit log's place is empty: give a file or a directory");
    if (directory && !is_plain_name(name))
        return refuse(ret_error,
                      "the audit log in %s cannot be named after this helper's name: use letters, "
                      "digits, dots and hyphens, the first no dot",
                      where);
    r = directory ? split_directory(place, where, name) : split_file(place, where);
    if (r < 0)
        return r;
    return open_directory(place, ret_error);
}

static int check_file(const struct place *place, const char *path, const struct stat *st,
                      char **ret_error)
{
    if (!S_ISREG(st->st_mode))
        return refuse(ret_error,
                      "the audit log %s is not a regular file: set another place for the log",
                      path);
    if (!is_trusted_owner(place, st->st_uid))
        return refuse(ret_error,
                      "the audit log %s belongs to uid %u, who could change it: move it away, or "
                      "run chown %u %s",
                      path, st->st_uid, geteuid(), path);
    if (st->st_mode & 022)
        return refuse(ret_error,
                      "the audit log %s can be written by others (mode %04o): move it away, or run "
                      "chmod go-w %s",
                      path, st->st_mode & 07777, path);
    if (place->shared && st->st_nlink != 1)
        return refuse(ret_error,
                      "the audit log %s has a second name, and others can make names in its "
                      "directory: move it away",
                      path);
    return 0;
}

static int refuse_open(const char *path, int error, char **ret_error)
{
    if (error == ELOOP)
        return refuse(ret_error,
                      "the audit log %s is a symbolic link, which is not followed: set the log's "
                      "place to its target",
                      path);
    return refuse(ret_error,
                  "cannot open the audit log %s: %s; let uid %u write there, or set another place "
                  "for the log",
                  path, strerror(error), geteuid());
}

int place_has_moved(const struct place *place, const char *name, const struct stat *file,
                    bool *ret_moved)
{
    struct stat named;
    bool is_there = fstatat(place->directory_fd, name, &named, AT_SYMLINK_NOFOLLOW) == 0;

    if (!is_there && errno != ENOENT)
        return -errno;
    *ret_moved = !is_there || named.st_dev != file->st_dev || named.st_ino != file->st_ino;
    return 0;
}

/*
 * One attempt; -ESTALE where the file was moved away in the midst. A pipe or a device in its place
 * must not block or do anything, hence O_NONBLOCK and O_NOCTTY.
 */
static int lock_file(const struct place *place, const char *name, const char *path, bool create,
                     int *ret_fd, char **ret_error)
{
    int flags = O_RDWR | O_APPEND | O_CLOEXEC | O_NOFOLLOW | O_NONBLOCK | O_NOCTTY;
    auto_close int fd = -EBADF;
    struct stat st;
    bool moved = false;
    int r;

    fd = openat(place->directory_fd, name, flags | (create ? O_CREAT : 0), 0600);
    if (fd < 0 && errno == ENOENT && !create)
        return PLACE_E_MISSING;
    if (fd < 0 || fstat(fd, &st) < 0)
        return refuse_open(path, errno, ret_error);
    r = check_file(place, path, &st, ret_error);
    if (r != 0)
        return r;
    if (flock(fd, LOCK_EX | LOCK_NB) < 0)
        return errno == EWOULDBLOCK ? PLACE_E_TAKEN : refuse_open(path, errno, ret_error);
    r = place_has_moved(place, name, &st, &moved);
    if (r < 0)
        return refuse_open(path, -r, ret_error);
    if (moved)
        return -ESTALE;
    *ret_fd = take_fd(&fd);
    return 0;
}

char *place_slot_name(const struct place *place, unsigned int slot)
{
    char *name;
    int length;

    if (slot == 1)
        length = asprintf(&name, "%s%s", place->stem, place->suffix);
    else
        length = asprintf(&name, "%s-%u%s", place->stem, slot, place->suffix);
    return length < 0 ? NULL : name;
}

static char *join_path(const struct place *place, const char *name)
{
    bool at_root = strcmp(place->directory, "/") == 0;
    char *path;

    return asprintf(&path, "%s/%s", at_root ? "" : place->directory, name) < 0 ? NULL : path;
}

int place_lock_slot(const struct place *place, unsigned int slot, bool create, int *ret_fd,
                    char **ret_path, char **ret_error)
{
    auto_free char *name = place_slot_name(place, slot), *path = NULL;
    int r = -ESTALE;

    path = name ? join_path(place, name) : NULL;
    if (!path)
        return -ENOMEM;
    for (int i = 0; r == -ESTALE && i < MOVED_MAX; i++)
        r = lock_file(place, name, path, create, ret_fd, ret_error);
    if (r == -ESTALE)
        return refuse_open(path, ESTALE, ret_error);
    if (r == 0)
        *ret_path = take_pointer(&path);
    return r;
}

int place_lock_former(const struct place *place, unsigned int slot, int *ret_fd)
{
    auto_free char *name = place_slot_name(place, slot), *former = NULL, *error = NULL;

    former = name ? former_find(place, name) : NULL;
    if (!former || lock_file(place, former, former, false, ret_fd, &error) != 0)
        return PLACE_E_MISSING;
    return 0;
}

unsigned int place_slot_of(const struct place *place, const char *file_name)
{
    size_t stem = strlen(place->stem);
    unsigned int slot = 0;

    if (strncmp(file_name, place->stem, stem) != 0)
        return 0;
    file_name += stem;
    if (strcmp(file_name, place->suffix) == 0)
        return 1;
    if (file_name[0] != '-' || file_name[1] < '1' || file_name[1] > '9')
        return 0;
    for (file_name++; *file_name >= '0' && *file_name <= '9' && slot <= PLACE_SLOTS_MAX;
         file_name++)
        slot = slot * 10 + (unsigned int)(*file_name - '0');
    if (slot < 2 || slot > PLACE_SLOTS_MAX || strcmp(file_name, place->suffix) != 0)
        return 0;
    return slot;
}

void place_clear(struct place *place)
{
    close_fd(&place->directory_fd);
    free(place->directory);
    free(place->stem);
    free(place->suffix);
    *place = (struct place){.directory_fd = -EBADF};
}
