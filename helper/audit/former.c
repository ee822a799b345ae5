/*
 * The file that was rotated away last. Helper. Names in the directory are the admin's, logrotate's
 * and the helper's own; what is found is held to the rules of place.c before it is used.
 *
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */
#include "former.h"

#include "cleanup.h"

#include <dirent.h>
#include <fcntl.h>
#include <string.h>
#include <sys/stat.h>

/* Whether a file of this name was rotated away from the other name, and is still as it was. */
static bool is_rotated(const char *file, const char *name)
{
    size_t length = strlen(name);
    const char *rest = file + length;

    if (strncmp(file, name, length) != 0 || (*rest != '.' && *rest != '-'))
        return false;
    rest++;
    return *rest != '\0' && rest[strspn(rest, "0123456789-")] == '\0';
}

/* A file that was rotated away, to be held against others. */
struct rotated {
    struct timespec written;
    unsigned long number; /* of its name: 1 is the last one that was moved away */
};

static bool is_newer(const struct rotated *a, const struct rotated *b)
{
    if (a->written.tv_sec != b->written.tv_sec)
        return a->written.tv_sec > b->written.tv_sec;
    if (a->written.tv_nsec != b->written.tv_nsec)
        return a->written.tv_nsec > b->written.tv_nsec;
    return a->number < b->number;
}

char *former_find(const struct place *place, const char *name)
{
    auto_close int fd = openat(place->directory_fd, ".", O_RDONLY | O_DIRECTORY | O_CLOEXEC);
    DIR *directory = fd >= 0 ? fdopendir(fd) : NULL;
    struct rotated newest = {.written.tv_sec = -1};
    auto_free char *found = NULL;
    struct dirent *entry;
    struct stat st;

    if (!directory)
        return NULL;
    (void)take_fd(&fd);
    while ((entry = readdir(directory))) {
        struct rotated file;

        if (!is_rotated(entry->d_name, name) ||
            fstatat(place->directory_fd, entry->d_name, &st, AT_SYMLINK_NOFOLLOW) < 0)
            continue;
        file = (struct rotated){st.st_mtim, strtoul(entry->d_name + strlen(name) + 1, NULL, 10)};
        if (!is_newer(&file, &newest))
            continue;
        newest = file;
        free(found);
        found = strdup(entry->d_name);
    }
    closedir(directory);
    return take_pointer(&found);
}
