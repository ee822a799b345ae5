/*
 * A small file system in memory. Runs in PID 1 of the hook's namespaces while it still may mount.
 * The mount is made without a place, so that its descriptor says which it is, and no path has to be
 * looked up a second time.
 *
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */
#include "private.h"

#include "attach.h"
#include "cleanup.h"

#include <stdio.h>
#include <sys/mount.h>

/* A small one has room for mount points and a little shared memory. */
#define SMALL_SIZE  (16 << 20)
#define SMALL_FILES 4096

static int set_text(int fd, const char *key, const char *value)
{
    return fsconfig(fd, FSCONFIG_SET_STRING, key, value, 0) < 0 ? -errno : 0;
}

static int set_number(int fd, const char *key, uint64_t value)
{
    char text[24];

    snprintf(text, sizeof(text), "%llu", (unsigned long long)value);
    return set_text(fd, key, text);
}

static int configure(int fd, const struct private_folder *what)
{
    int r = set_text(fd, "source", "virthook");

    if (r == 0)
        r = set_text(fd, "mode", what->mode);
    if (r == 0)
        r = set_number(fd, "size", what->size);
    if (r == 0)
        r = set_number(fd, "nr_inodes", what->files);
    if (r < 0)
        return r;
    return fsconfig(fd, FSCONFIG_CMD_CREATE, NULL, NULL, 0) < 0 ? -errno : 0;
}

static int make_private(const struct private_folder *what, int *ret_fd)
{
    auto_close int fd = fsopen("tmpfs", FSOPEN_CLOEXEC);
    int mount, r;

    if (fd < 0)
        return -errno;
    r = configure(fd, what);
    if (r < 0)
        return r;
    mount = fsmount(fd, FSMOUNT_CLOEXEC, (unsigned int)(what->attributes | MOUNT_ATTR_NOSUID));
    if (mount < 0)
        return -errno;
    *ret_fd = mount;
    return 0;
}

int runner_attach_private(const struct walk_owner *owner, const struct private_folder *what,
                          const char *path, int *ret_fd)
{
    auto_close int fd = -EBADF;
    int r = make_private(what, &fd);

    if (r == 0)
        r = runner_attach(owner, fd, path);
    if (r == 0 && ret_fd)
        *ret_fd = take_fd(&fd);
    return r;
}

int runner_attach_small(const struct walk_owner *owner, const char *mode, const char *path,
                        int *ret_fd)
{
    struct private_folder small = {
        .mode = mode, .size = SMALL_SIZE, .files = SMALL_FILES, .attributes = MOUNT_ATTR_NODEV};

    return runner_attach_private(owner, &small, path, ret_fd);
}
