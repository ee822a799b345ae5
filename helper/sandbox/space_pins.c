/*
 * Pinned namespaces. Helper, at start, while it is still root; the folder is root's alone.
 *
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */
#include "space_pins.h"

#include "cleanup.h"

#include <fcntl.h>
#include <linux/magic.h>
#include <stdbool.h>
#include <stdio.h>
#include <sys/file.h>
#include <sys/mount.h>
#include <sys/stat.h>
#include <sys/statfs.h>

#ifndef NSFS_MAGIC
#define NSFS_MAGIC 0x6e736673
#endif

/* Where others make folders, one of theirs may stand in its place. */
static bool is_root_s_alone(int folder)
{
    struct stat st;

    return fstat(folder, &st) == 0 && st.st_uid == 0 && !(st.st_mode & (S_IWGRP | S_IWOTH));
}

static bool is_mount_point(int folder)
{
    struct statx here;

    return statx(folder, "", AT_EMPTY_PATH, 0, &here) == 0 &&
           here.stx_attributes & STATX_ATTR_MOUNT_ROOT;
}

/*
 * The folder of pins, locked until it is closed. A mount namespace can be pinned only where the
 * mount does not spread to others, so the folder is a private mount of itself.
 */
int pins_open(const char *place, int *ret_folder)
{
    auto_free char *path = NULL;
    auto_close int folder = -EBADF;

    if (asprintf(&path, "%s.spaces", place) < 0)
        return -ENOMEM;
    if (mkdir(path, 0700) < 0 && errno != EEXIST)
        return -errno;
    folder = open(path, O_RDONLY | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC);
    if (folder < 0)
        return -errno;
    if (!is_root_s_alone(folder))
        return -EPERM;
    if (flock(folder, LOCK_EX) < 0)
        return -errno;
    if (!is_mount_point(folder)) {
        int lock = folder;

        if (mount(path, path, NULL, MS_BIND, NULL) < 0 ||
            mount(NULL, path, NULL, MS_PRIVATE, NULL) < 0)
            return -errno;
        folder = open(path, O_RDONLY | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC);
        /* The lock is the file's, whatever mount it is seen through. */
        close(lock);
        if (folder < 0 || flock(folder, LOCK_EX) < 0)
            return -errno;
    }
    *ret_folder = take_fd(&folder);
    return 0;
}

int pins_find(int folder, const char *name, int *ret_fd)
{
    auto_close int fd = openat(folder, name, O_RDONLY | O_NOFOLLOW | O_CLOEXEC);
    struct statfs system;

    if (fd < 0)
        return -errno;
    if (fstatfs(fd, &system) < 0)
        return -errno;
    if (system.f_type != NSFS_MAGIC)
        return -ENOENT;
    *ret_fd = take_fd(&fd);
    return 0;
}

int pins_add(int folder, const char *name, int ns)
{
    char from[64], to[64];
    int file;

    snprintf(from, sizeof(from), "/proc/self/fd/%d", ns);
    snprintf(to, sizeof(to), "/proc/self/fd/%d/%s", folder, name);
    /* One of no use any more. */
    (void)umount2(to, MNT_DETACH | UMOUNT_NOFOLLOW);
    file = openat(folder, name, O_WRONLY | O_CREAT | O_NOFOLLOW | O_CLOEXEC, 0600);
    if (file < 0)
        return -errno;
    close(file);
    return mount(from, to, NULL, MS_BIND, NULL) < 0 ? -errno : 0;
}
