/*
 * The log files that former helpers left beside this helper's own. Helper. The directory's entries
 * are held to the same rules as the own file: see place.c.
 *
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */
#include "orphans.h"

#include "cleanup.h"
#include "file.h"
#include "recover.h"

#include <dirent.h>
#include <fcntl.h>

/* A line at the file's end that spares the next helper to read the file. */
static int settle(struct log_file *file, const struct record_source *source)
{
    auto_free char *text = NULL;
    struct record_line line;
    int r;

    r = record_close(source, &line);
    if (r < 0)
        return r;
    text = line.text;
    return log_file_append(file, line.text, line.size);
}

static void close_calls(struct log_file *file, const struct record_source *source)
{
    struct recovery recovery;

    if (recovery_start(&recovery, file) == 0 && !recovery.settled &&
        recovery_finish(&recovery, file, source) == 0)
        (void)settle(file, source);
    recovery_clear(&recovery);
}

static void close_slot(const struct place *place, unsigned int slot,
                       const struct record_source *source, struct copies *copies)
{
    auto_free char *path = NULL, *error = NULL;
    struct log_file file;
    int fd;

    if (place_lock_slot(place, slot, false, &fd, &path, &error) != 0)
        return;
    log_file_init(&file, fd, copies);
    close_calls(&file, source);
    log_file_clear(&file);
}

void orphans_close(const struct place *place, const struct record_source *source,
                   struct copies *copies)
{
    auto_close int fd = openat(place->directory_fd, ".", O_RDONLY | O_DIRECTORY | O_CLOEXEC);
    struct dirent *entry;
    DIR *directory;

    directory = fd >= 0 ? fdopendir(fd) : NULL;
    if (!directory)
        return;
    (void)take_fd(&fd);
    while ((entry = readdir(directory))) {
        unsigned int slot = place_slot_of(place, entry->d_name);

        if (slot != 0)
            close_slot(place, slot, source, copies);
    }
    closedir(directory);
}
