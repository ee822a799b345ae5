/*
 * Mounts and their places. Runs in PID 1 of the hook's namespaces while it still may mount. A path
 * is walked once for each use (walk.c), and from there on what it named is held by a descriptor: no
 * second look-up could come to another place.
 *
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */
#include "attach.h"

#include "cleanup.h"

#include <fcntl.h>
#include <stdbool.h>
#include <stdio.h>
#include <string.h>
#include <sys/mount.h>
#include <sys/stat.h>

int runner_take_copy(const struct walk_owner *owner, const char *path, int *ret_fd)
{
    auto_close int place = runner_find(owner, path);
    int fd;

    if (place < 0)
        return place;
    fd = open_tree(place, "", OPEN_TREE_CLONE | OPEN_TREE_CLOEXEC | AT_RECURSIVE | AT_EMPTY_PATH);
    if (fd < 0)
        return -errno;
    *ret_fd = fd;
    return 0;
}

int runner_set_attribute(int mount, unsigned int flags, uint64_t attribute)
{
    struct mount_attr attributes = {.attr_set = attribute};

    return mount_setattr(mount, "", AT_EMPTY_PATH | flags, &attributes, sizeof(attributes)) < 0
               ? -errno
               : 0;
}

int runner_make_read_only(int mount, unsigned int flags)
{
    return runner_set_attribute(mount, flags, MOUNT_ATTR_RDONLY);
}

/* Makes what is missing below `*place`, the last of it as `is_folder` says, and moves there. */
static int make_rest(int *place, const char *rest, bool is_folder)
{
    char name[NAME_MAX + 1];
    bool is_last;
    int r, fd;

    for (size_t length; *rest; rest += length) {
        rest += strspn(rest, "/");
        length = strcspn(rest, "/");
        is_last = rest[length + strspn(rest + length, "/")] == '\0';
        snprintf(name, sizeof(name), "%.*s", (int)length, rest);
        if (is_last && !is_folder)
            r = mknodat(*place, name, S_IFREG | 0600, 0);
        else
            r = mkdirat(*place, name, 0755);
        if (r < 0 && errno != EEXIST)
            return -errno;
        fd = openat(*place, name, O_PATH | O_NOFOLLOW | O_CLOEXEC);
        if (fd < 0)
            return -errno;
        close_fd(place);
        *place = fd;
    }
    return 0;
}

/* Where the mount point was covered by a private folder, a new one is made. */
int runner_attach(const struct walk_owner *owner, int mount, const char *path)
{
    auto_close int place = -EBADF;
    char rest[PATH_MAX];
    struct stat st;
    int r;

    if (fstat(mount, &st) < 0)
        return -errno;
    r = runner_walk(owner, path, &place, rest);
    if (r == 0)
        r = make_rest(&place, rest, S_ISDIR(st.st_mode));
    if (r < 0)
        return r;
    return move_mount(mount, "", place, "", MOVE_MOUNT_F_EMPTY_PATH | MOVE_MOUNT_T_EMPTY_PATH) < 0
               ? -errno
               : 0;
}
