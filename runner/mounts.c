/*
 * The file system that a script sees. Runs in PID 1 of the hook's namespaces, in a mount namespace
 * of its own, while it still may mount; the plan is the helper's.
 *
 * First a detached copy of each path that is to be kept is taken, then all is made read-only and
 * the private folders are laid over; then, a folder always before what is in it, paths are hidden
 * and copies put back: what lies deeper has the last word.
 *
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */
#include "mounts.h"

#include "cleanup.h"

#include <fcntl.h>
#include <limits.h>
#include <stdbool.h>
#include <stdio.h>
#include <string.h>
#include <sys/mount.h>
#include <sys/stat.h>

/* A device that stays in the small /dev. */
static const char *const devices[] = {"/dev/null",   "/dev/zero",    "/dev/full",
                                      "/dev/random", "/dev/urandom", "/dev/tty"};
#define DEVICES_COUNT (sizeof(devices) / sizeof(devices[0]))

/* Links that programs expect in /dev. */
static const struct {
    const char *path, *target;
} device_links[] = {{"/dev/fd", "/proc/self/fd"},
                    {"/dev/stdin", "/proc/self/fd/0"},
                    {"/dev/stdout", "/proc/self/fd/1"},
                    {"/dev/stderr", "/proc/self/fd/2"}};

/* Bytes of a private folder that is not /tmp: room for mount points and a little shared memory. */
#define SMALL_SIZE "size=16m,nr_inodes=4k"

/* One path of the plan: `copy` is its detached copy where it is put back, negative where it is
 * hidden. */
struct step {
    struct plan_path what;
    int copy;
    bool covered; /* it was there, and is hidden now */
};

static int take_copy(const char *path, int *ret_fd)
{
    int fd = open_tree(AT_FDCWD, path, OPEN_TREE_CLONE | OPEN_TREE_CLOEXEC | AT_RECURSIVE);

    if (fd < 0)
        return -errno;
    *ret_fd = fd;
    return 0;
}

static int set_attribute(int fd, const char *path, unsigned int flags, uint64_t attribute)
{
    struct mount_attr attributes = {.attr_set = attribute};

    return mount_setattr(fd, path, flags, &attributes, sizeof(attributes)) < 0 ? -errno : 0;
}

static int make_read_only(int fd, const char *path, unsigned int flags)
{
    return set_attribute(fd, path, flags, MOUNT_ATTR_RDONLY);
}

/*
 * In a folder that others than root may write to, no symbolic link is followed: what one script
 * plants there would lead another, of another user, to where that one alone may write.
 */
static int forbid_planted_links(int copy)
{
    struct stat st;

    if (fstat(copy, &st) < 0)
        return -errno;
    if (!S_ISDIR(st.st_mode) || (st.st_uid == 0 && !(st.st_mode & (S_IWGRP | S_IWOTH))))
        return 0;
    return set_attribute(copy, "", AT_EMPTY_PATH, MOUNT_ATTR_NOSYMFOLLOW);
}

/* A folder before what is in it; a path that is hidden as well as kept is kept. */
static int compare_steps(const void *a, const void *b)
{
    const struct step *left = a, *right = b;
    int order = strcmp(left->what.path, right->what.path);

    return order ? order : (left->copy >= 0) - (right->copy >= 0);
}

static int check_there(const char *path)
{
    struct stat st;

    return stat(path, &st) < 0 ? -errno : 0;
}

/* Takes the copy that a path needs. Returns 0, 1 where the path may be missing and is, or an errno.
 */
static int prepare_step(struct step *step)
{
    int r;

    step->copy = -EBADF;
    step->covered = false;
    r = step->what.kind == PLAN_HIDDEN ? check_there(step->what.path)
                                       : take_copy(step->what.path, &step->copy);
    if (r == -ENOENT && step->what.may_be_missing)
        return 1;
    /* Root's own socket could be closed to others by its mode. */
    if (r == 0 && (step->what.kind == PLAN_SHOWN || step->what.kind == PLAN_SOCKET))
        r = make_read_only(step->copy, "", AT_EMPTY_PATH | AT_RECURSIVE);
    if (r == 0 && step->what.kind == PLAN_WRITABLE)
        r = forbid_planted_links(step->copy);
    return r;
}

static int prepare_steps(const struct plan *plan, struct step *steps, size_t *ret_count,
                         const char **ret_path)
{
    struct plan_path path;
    const char *cursor = NULL;
    size_t count = 0;

    while (plan_next_path(plan, &cursor, &path)) {
        int r;

        if (path.kind == PLAN_EXECUTABLE)
            continue;
        *ret_path = path.path;
        steps[count].what = path;
        r = prepare_step(&steps[count]);
        if (r < 0)
            return r;
        count += r == 0;
    }
    qsort(steps, count, sizeof(*steps), compare_steps);
    *ret_count = count;
    return 0;
}

static int mount_private(const char *path, const char *options)
{
    return mount("virthook", path, "tmpfs", MS_NOSUID | MS_NODEV, options) < 0 ? -errno : 0;
}

static int make_folders(const char *path)
{
    char copy[PATH_MAX];
    size_t length = strlen(path);

    if (length >= sizeof(copy))
        return -ENAMETOOLONG;
    memcpy(copy, path, length + 1);
    for (char *slash = strchr(copy + 1, '/'); slash; slash = strchr(slash + 1, '/')) {
        *slash = '\0';
        if (mkdir(copy, 0755) < 0 && errno != EEXIST && errno != EROFS)
            return -errno;
        *slash = '/';
    }
    return 0;
}

/* Where the copy's mount point was covered by a private folder, a new one is made. */
static int make_mount_point(int copy, const char *path)
{
    struct stat st, there;
    int fd, r;

    if (stat(path, &there) == 0)
        return 0;
    if (fstat(copy, &st) < 0)
        return -errno;
    r = make_folders(path);
    if (r < 0)
        return r;
    if (S_ISDIR(st.st_mode))
        return mkdir(path, 0755) < 0 ? -errno : 0;
    fd = open(path, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0600);
    if (fd < 0)
        return -errno;
    close(fd);
    return 0;
}

static int put_back(int copy, const char *path)
{
    int r = make_mount_point(copy, path);

    if (r < 0)
        return r;
    return move_mount(copy, "", AT_FDCWD, path, MOVE_MOUNT_F_EMPTY_PATH) < 0 ? -errno : 0;
}

/* A small /dev: the devices are taken along before it is covered. */
static int mount_dev(const char **ret_path)
{
    int copies[DEVICES_COUNT] = {0}, r;

    *ret_path = "/dev";
    for (size_t i = 0; i < DEVICES_COUNT; i++) {
        r = take_copy(devices[i], &copies[i]);
        /* They are the host's own: written to as before, but their mode stays. */
        if (r == 0)
            r = make_read_only(copies[i], "", AT_EMPTY_PATH);
        if (r < 0)
            return r;
    }
    /* Without MS_NODEV: the devices' own mounts carry the flag or not. */
    if (mount("virthook", "/dev", "tmpfs", MS_NOSUID, "mode=0755," SMALL_SIZE) < 0)
        return -errno;
    for (size_t i = 0; i < DEVICES_COUNT; i++) {
        r = put_back(copies[i], devices[i]);
        close(copies[i]);
        if (r < 0)
            return r;
    }
    for (size_t i = 0; i < sizeof(device_links) / sizeof(device_links[0]); i++) {
        if (symlink(device_links[i].target, device_links[i].path) < 0)
            return -errno;
    }
    if (mkdir("/dev/shm", 01777) < 0)
        return -errno;
    *ret_path = "/dev/shm";
    return mount_private("/dev/shm", "mode=1777," SMALL_SIZE);
}

static int mount_fresh_tmp(const struct plan *plan)
{
    char options[96];

    snprintf(options, sizeof(options), "mode=1777,size=%llu,nr_inodes=%llu",
             (unsigned long long)plan->tmp_size,
             (unsigned long long)plan_tmp_inodes(plan->tmp_size));
    return mount_private("/tmp", options);
}

/* `guest` is the guest's own, or negative. */
static int mount_tmp(const struct plan *plan, int guest, const char **ret_path)
{
    int r;

    *ret_path = "/tmp";
    r = guest >= 0 ? put_back(guest, "/tmp") : mount_fresh_tmp(plan);
    if (r < 0)
        return r;
    *ret_path = "/var/tmp";
    return mount("/tmp", "/var/tmp", NULL, MS_BIND, NULL) < 0 ? -errno : 0;
}

/* A folder is covered by an empty one, anything else by the device that is always empty. */
static int hide(struct step *step)
{
    const char *path = step->what.path;
    struct stat st;
    int r;

    /* It was there: by now something above it is hidden. */
    if (stat(path, &st) < 0)
        return errno == ENOENT ? 0 : -errno;
    if (S_ISDIR(st.st_mode))
        r = mount_private(path, "mode=0755," SMALL_SIZE);
    else
        r = mount("/dev/null", path, NULL, MS_BIND, NULL) < 0 ? -errno : 0;
    step->covered = r == 0;
    return r;
}

static int take_steps(struct step *steps, size_t count, const char **ret_path)
{
    int r = 0;

    for (size_t i = 0; r == 0 && i < count; i++) {
        *ret_path = steps[i].what.path;
        r = steps[i].copy < 0 ? hide(&steps[i]) : put_back(steps[i].copy, *ret_path);
        /* A link was planted on the way to it: the same as if it were not there. */
        if (r == -ELOOP && steps[i].what.may_be_missing)
            r = 0;
    }
    return r;
}

static int lay_over(const struct plan *plan, int tmp, const char **ret_path)
{
    int r = 0;

    if (plan->flags & PLAN_OWN_DEV)
        r = mount_dev(ret_path);
    if (r == 0 && plan->flags & PLAN_OWN_TMP)
        r = mount_tmp(plan, tmp, ret_path);
    if (r < 0)
        return r;
    *ret_path = "/run";
    return mount_private("/run", "mode=0755," SMALL_SIZE);
}

/* What only had to be written while mount points were made in it. */
static int seal_covers(const struct step *steps, size_t count, const char **ret_path)
{
    int r;

    *ret_path = "/run";
    r = make_read_only(AT_FDCWD, "/run", 0);
    for (size_t i = 0; r == 0 && i < count; i++) {
        *ret_path = steps[i].what.path;
        if (steps[i].covered)
            r = make_read_only(AT_FDCWD, *ret_path, 0);
    }
    return r;
}

static int mount_all(const struct plan *plan, int tmp, struct step *steps, size_t count,
                     const char **ret_path)
{
    int r;

    *ret_path = "/";
    r = make_read_only(AT_FDCWD, "/", AT_RECURSIVE);
    if (r == 0)
        r = lay_over(plan, tmp, ret_path);
    if (r == 0)
        r = take_steps(steps, count, ret_path);
    return r == 0 ? seal_covers(steps, count, ret_path) : r;
}

int runner_mount(const struct plan *plan, int tmp, const char **ret_path)
{
    struct step steps[PLAN_PATHS_MAX];
    size_t count = 0;
    int r;

    *ret_path = "/";
    if (mount(NULL, "/", NULL, MS_REC | MS_SLAVE, NULL) < 0)
        return -errno;
    r = prepare_steps(plan, steps, &count, ret_path);
    if (r == 0)
        r = mount_all(plan, tmp, steps, count, ret_path);
    for (size_t i = 0; i < count; i++)
        close_fd(&steps[i].copy);
    return r;
}
