/*
 * Moving a full log away. Helper. Names in the directory may be the admin's and logrotate's too: a
 * name that is taken is taken, whatever stands there.
 *
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */
#include "shift.h"

#include "cleanup.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <sys/stat.h>

/* What a rotated file's name may end in, behind its number. */
static const char *const endings[] = {"", ".gz"};

#define ENDINGS (sizeof(endings) / sizeof(endings[0]))

static char *numbered(const char *name, size_t number, const char *ending)
{
    char *made;

    return asprintf(&made, "%s.%zu%s", name, number, ending) < 0 ? NULL : made;
}

static int look(const struct place *place, const char *name, bool *ret_there)
{
    struct stat st;

    if (fstatat(place->directory_fd, name, &st, AT_SYMLINK_NOFOLLOW) == 0)
        *ret_there = true;
    else if (errno != ENOENT)
        return -errno;
    return 0;
}

static int is_taken(const struct place *place, const char *name, size_t number, bool *ret_taken)
{
    *ret_taken = false;
    for (size_t i = 0; i < ENDINGS; i++) {
        auto_free char *file = numbered(name, number, endings[i]);
        int r = file ? look(place, file, ret_taken) : -ENOMEM;

        if (r < 0)
            return r;
    }
    return 0;
}

/* Some file systems cannot refuse to replace; nobody else makes files of these names meanwhile. */
static int move(const struct place *place, const char *from, const char *to)
{
    int fd = place->directory_fd;

    if (renameat2(fd, from, fd, to, RENAME_NOREPLACE) == 0)
        return 0;
    if (errno == EINVAL && renameat(fd, from, fd, to) == 0)
        return 0;
    return -errno;
}

static int move_on(const struct place *place, const char *name, size_t number)
{
    for (size_t i = 0; i < ENDINGS; i++) {
        auto_free char *from = numbered(name, number, endings[i]);
        auto_free char *to = numbered(name, number + 1, endings[i]);
        int r = from && to ? move(place, from, to) : -ENOMEM;

        if (r < 0 && r != -ENOENT)
            return r;
    }
    return 0;
}

static int remove_oldest(const struct place *place, const char *name, size_t number)
{
    for (size_t i = 0; i < ENDINGS; i++) {
        auto_free char *file = numbered(name, number, endings[i]);

        if (!file)
            return -ENOMEM;
        if (unlinkat(place->directory_fd, file, 0) < 0 && errno != ENOENT)
            return -errno;
    }
    return 0;
}

/* The number that the last file to be moved gets. */
static int make_room(const struct place *place, const char *name, size_t kept, size_t *ret_number)
{
    for (size_t number = 1; number <= kept; number++) {
        bool taken;
        int r = is_taken(place, name, number, &taken);

        if (r < 0)
            return r;
        if (!taken) {
            *ret_number = number;
            return 0;
        }
    }
    *ret_number = kept;
    return remove_oldest(place, name, kept);
}

int shift_files(const struct place *place, const char *name, size_t kept)
{
    auto_free char *first = numbered(name, 1, "");
    size_t number = 1;
    int r;

    if (!first)
        return -ENOMEM;
    r = make_room(place, name, kept, &number);
    for (; r == 0 && number > 1; number--)
        r = move_on(place, name, number - 1);
    return r < 0 ? r : move(place, name, first);
}
