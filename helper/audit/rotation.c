/*
 * Following a log from file to file. Helper. Names in the directory are the admin's and
 * logrotate's; what stands under them is looked at in place.c before it is used.
 *
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */
#include "rotation.h"

#include "cleanup.h"
#include "fd.h"
#include "log.h"

#include <errno.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>

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
    rotation->path = NULL;
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
        return r;
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

void rotation_follow(struct rotation *rotation)
{
    auto_free char *path = NULL, *error = NULL;
    auto_close int fd = -EBADF;
    struct stat st;

    if (rotation->former.fd >= 0 ||
        !place_has_moved(&rotation->place, rotation->slot, rotation->file.fd) ||
        place_lock_slot(&rotation->place, rotation->slot, true, &fd, &path, &error) != 0)
        return;
    /* A file that is not new is another helper's, which has ended: it has a chain of its own. */
    if (fstat(fd, &st) < 0 || st.st_size > 0)
        return;
    rotation->former = rotation->file;
    log_file_init(&rotation->file, take_fd(&fd), rotation->copies);
    rotation->file.chain = rotation->former.chain;
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
    if (r == 0)
        log_file_clear(&rotation->former);
    return r;
}
