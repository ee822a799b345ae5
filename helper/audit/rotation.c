/*
 * Leading a log from file to file. Helper. Names in the directory are the admin's and
 * logrotate's; what stands under them is looked at in place.c before it is used.
 *
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */
#include "rotation.h"

#include "cleanup.h"
#include "fd.h"
#include "log.h"
#include "shift.h"
#include "text.h"

#include <errno.h>
#include <limits.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

void rotation_init(struct rotation *rotation, struct copies *copies)
{
    *rotation = (struct rotation){.place = {.directory_fd = -EBADF}, .copies = copies};
    log_file_init(&rotation->file, -EBADF, copies);
    log_file_init(&rotation->former, -EBADF, copies);
}

void rotation_clear(struct rotation *rotation)
{
    log_file_clear(&rotation->file);
    log_file_clear(&rotation->former);
    place_clear(&rotation->place);
    free(rotation->path);
    free(rotation->name);
    free(rotation->problem);
    rotation->path = rotation->name = rotation->problem = NULL;
}

int rotation_lock(struct rotation *rotation, char **ret_error)
{
    const struct place *place = &rotation->place;

    for (unsigned int slot = 1; slot <= PLACE_SLOTS_MAX; slot++) {
        int fd, r;

        r = place_lock_slot(place, slot, true, &fd, &rotation->path, ret_error);
        if (r == PLACE_E_TAKEN)
            continue;
        if (r == 0)
            log_file_init(&rotation->file, fd, rotation->copies);
        rotation->slot = slot;
        rotation->name = place_slot_name(place, slot);
        return r == 0 && !rotation->name ? -ENOMEM : r;
    }
    if (asprintf(ret_error,
                 "each of the %u audit logs %s/%s-….log is held by a helper: end those that are "
                 "not needed",
                 PLACE_SLOTS_MAX, place->directory, place->stem) < 0)
        return -ENOMEM;
    return AUDIT_E_REFUSED;
}

struct log_file *rotation_last(struct rotation *rotation)
{
    off_t size = 0;
    int fd;

    if (log_file_size(&rotation->file, &size) == 0 && size == 0 &&
        place_lock_former(&rotation->place, rotation->slot, &fd) == 0) {
        log_file_init(&rotation->former, fd, rotation->copies);
        return &rotation->former;
    }
    return &rotation->file;
}

/* Where memory is short nothing is told. */
static void __attribute__((format(printf, 2, 3)))
tell(struct rotation *rotation, const char *format, ...)
{
    va_list arguments;

    free(rotation->problem);
    va_start(arguments, format);
    rotation->problem = text_compose(format, arguments);
    va_end(arguments);
}

static void forget_problem(struct rotation *rotation)
{
    free(rotation->problem);
    rotation->problem = NULL;
}

static bool is_full(const struct rotation *rotation, const struct stat *file)
{
    return rotation->bound > 0 && file->st_size - rotation->repeated >= rotation->bound;
}

static bool move_away(struct rotation *rotation)
{
    int r = shift_files(&rotation->place, rotation->name, rotation->kept);

    if (r < 0)
        tell(rotation,
             "the audit log %s has reached audit_size and cannot be moved away: %s; it grows on: "
             "let uid %u write in its directory, or have logrotate move it",
             rotation->path, strerror(-r), geteuid());
    return r == 0;
}

/* Goes on in a new file of the name. */
static void begin_anew(struct rotation *rotation)
{
    auto_free char *path = NULL, *error = NULL;
    auto_close int fd = -EBADF;
    struct stat st;
    int r = place_lock_slot(&rotation->place, rotation->slot, true, &fd, &path, &error);

    /* A file that is not new is another helper's, which has ended: it has a chain of its own. */
    if (r != 0 || fstat(fd, &st) < 0 || st.st_size > 0) {
        tell(rotation, "the audit log was moved away and is written on there, since %s",
             error ? error : "another file stands in its place");
        return;
    }
    forget_problem(rotation);
    rotation->former = rotation->file;
    log_file_init(&rotation->file, take_fd(&fd), rotation->copies);
    rotation->file.chain = rotation->former.chain;
    rotation->repeated = 0;
}

/* By the name that the kernel has for it, which is told though the directory be closed. */
static bool is_renamed(const struct rotation *rotation)
{
    char self[sizeof("/proc/self/fd/-2147483648")], target[PATH_MAX];
    const char *name;
    ssize_t length;

    snprintf(self, sizeof(self), "/proc/self/fd/%d", rotation->file.fd);
    length = readlink(self, target, sizeof(target) - 1);
    if (length < 0)
        return false;
    target[length] = '\0';
    name = strrchr(target, '/');
    return name && strcmp(name + 1, rotation->name) != 0;
}

static bool has_moved(const struct rotation *rotation, const struct stat *file)
{
    bool moved = false;
    int r = place_has_moved(&rotation->place, rotation->name, file, &moved);

    return r == 0 ? moved : is_renamed(rotation);
}

void rotation_follow(struct rotation *rotation)
{
    struct stat st;
    bool moved = false;

    if (rotation->former.fd >= 0 || fstat(rotation->file.fd, &st) < 0)
        return;
    moved = has_moved(rotation, &st);
    if (!moved && !is_full(rotation, &st))
        forget_problem(rotation);
    else if (moved || move_away(rotation))
        begin_anew(rotation);
}

/* "{…}\n" becomes "{…,"repeated":true}\n". */
static void print_repeated(FILE *out, const char *begin)
{
    fprintf(out, "%.*s,\"repeated\":true}\n", (int)(strlen(begin) - strlen("}\n")), begin);
}

static int make_continuation(const struct record_source *source, const struct open_calls *open,
                             char **ret_text, size_t *ret_size)
{
    auto_free char *text = NULL;
    struct record_line line;
    FILE *out;
    int r = record_continue(source, &line);

    if (r < 0)
        return r;
    out = open_memstream(&text, ret_size);
    if (out)
        fputs(line.text, out);
    free(line.text);
    if (!out)
        return -ENOMEM;
    for (size_t i = 0; i < open->capacity; i++)
        if (open->slots[i].id.number != 0)
            print_repeated(out, open->slots[i].begin);
    if (fclose(out) != 0)
        return -ENOMEM;
    *ret_text = take_pointer(&text);
    return 0;
}

/* All in one write, so that a helper which is killed leaves all of it or nothing. */
int rotation_continue(struct rotation *rotation, const struct record_source *source,
                      const struct open_calls *open)
{
    auto_free char *text = NULL;
    size_t size;
    int r;

    if (rotation->former.fd < 0)
        return 0;
    r = make_continuation(source, open, &text, &size);
    if (r < 0)
        return r;
    r = log_file_append(&rotation->file, text, size);
    if (r < 0)
        return r;
    log_file_clear(&rotation->former);
    return log_file_size(&rotation->file, &rotation->repeated);
}
