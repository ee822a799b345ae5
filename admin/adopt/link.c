/*
 * Where a symbolic link in a directory of hooks leads, by its text alone: what it will be once it
 * was moved cannot be looked at yet. Admin's process; the text may be anything.
 *
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */
#include "link.h"

#include "cleanup.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

/* The next component of a path, of `*ret_size` bytes; NULL after the last. */
static const char *next_component(const char *path, size_t *ret_size)
{
    path += strspn(path, "/");
    *ret_size = strcspn(path, "/");
    return *ret_size > 0 ? path : NULL;
}

/* Walks the path from the directory on; what is reached at depth 1 is the entry, until it is left.
 */
static void find_entry(const char *path, struct link *link)
{
    size_t depth = 0, size;

    for (const char *part = path; (part = next_component(part, &size)); part += size) {
        if (size == 1 && part[0] == '.')
            continue;
        if (size == 2 && strncmp(part, "..", 2) == 0) {
            if (depth == 0) {
                link->size = 0;
                return;
            }
            depth--;
            continue;
        }
        if (++depth == 1)
            link->size = (size_t)snprintf(link->entry, sizeof(link->entry), "%.*s", (int)size,
                                          part);
    }
    if (depth == 0)
        link->size = 0;
}

static int find_relative(const char *inside, struct link *link)
{
    const char *slash = strrchr(inside, '/');
    int folder = slash ? (int)(slash - inside) : 0;
    auto_free char *path = NULL;

    if (asprintf(&path, "%.*s/%s", folder, inside, link->target) < 0)
        return -ENOMEM;
    find_entry(path, link);
    return 0;
}

static int find_absolute(const char *directory, struct link *link)
{
    size_t size = strlen(directory);

    if (strncmp(link->target, directory, size) == 0 && link->target[size] == '/')
        find_entry(link->target + size, link);
    return 0;
}

int link_read(const char *directory, const char *inside, struct link *ret_link)
{
    auto_free char *path = NULL;
    ssize_t size;

    ret_link->size = 0;
    ret_link->entry[0] = '\0';
    if (asprintf(&path, "%s/%s", directory, inside) < 0)
        return -ENOMEM;
    size = readlink(path, ret_link->target, sizeof(ret_link->target));
    if (size < 0)
        return -errno;
    if (size == sizeof(ret_link->target))
        return -ENAMETOOLONG;
    ret_link->target[size] = '\0';
    return ret_link->target[0] == '/' ? find_absolute(directory, ret_link)
                                      : find_relative(inside, ret_link);
}
