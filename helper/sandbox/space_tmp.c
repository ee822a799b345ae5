/*
 * The mount namespace of guests' /tmp. Helper, at start, as root: it is made and filled by
 * children, since a process cannot leave what it enters. Scripts never see these paths.
 *
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */
#include "space_tmp.h"

#include "cleanup.h"
#include "ns_child.h"
#include "user_ns.h"

#include <dirent.h>
#include <fcntl.h>
#include <sched.h>
#include <stdbool.h>
#include <stdio.h>
#include <string.h>
#include <sys/mount.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <sys/wait.h>

/* Mounts that are taken over at a time: each is an open descriptor in between. */
#define BATCH 128

/* Makes the current folder, as a mount of its own, the root of this mount namespace. */
static int make_root(void)
{
    auto_close int here = -EBADF;

    if (mount(NULL, "/", NULL, MS_REC | MS_PRIVATE, NULL) < 0)
        return -errno;
    here = open_tree(AT_FDCWD, ".", OPEN_TREE_CLONE | OPEN_TREE_CLOEXEC);
    if (here < 0 || move_mount(here, "", AT_FDCWD, ".", MOVE_MOUNT_F_EMPTY_PATH) < 0 ||
        fchdir(here) < 0)
        return -errno;
    /* The old root comes to lie over the new one, and goes. */
    if (syscall(SYS_pivot_root, ".", ".") < 0 || umount2(".", MNT_DETACH) < 0 || chdir("/") < 0)
        return -errno;
    return 0;
}

struct place {
    const char *path;
    int user_ns;
};

/* The folder is entered before root's rights over its path are given up. */
static int enter(const void *context)
{
    const struct place *place = context;
    int r;

    if (chdir(place->path) < 0)
        return -errno;
    r = user_ns_join(place->user_ns);
    if (r < 0)
        return r;
    if (unshare(CLONE_NEWNS) < 0)
        return -errno;
    return make_root();
}

int space_tmp_make(const char *path, int user_ns, int *ret_fd)
{
    const struct place place = {.path = path, .user_ns = user_ns};
    const struct ns_maker maker = {.enter = enter, .context = &place, .kind = "mnt"};

    return ns_child_make(&maker, ret_fd);
}

static void __attribute__((noreturn)) compare_root(const char *place, int mount_ns)
{
    struct stat here, root;

    _exit(stat(place, &here) < 0 || setns(mount_ns, CLONE_NEWNS) < 0 || stat("/", &root) < 0 ||
          here.st_dev != root.st_dev || here.st_ino != root.st_ino);
}

bool space_tmp_is_of(const char *place, int mount_ns)
{
    int status;
    pid_t pid = fork();

    if (pid == 0)
        compare_root(place, mount_ns);
    return pid > 0 && waitpid(pid, &status, 0) == pid && status == 0;
}

/* Both are seen from the space's root. */
static bool is_mounted(const char *path)
{
    struct stat root, here;

    return stat("/", &root) == 0 && lstat(path, &here) == 0 && root.st_dev != here.st_dev;
}

struct taken {
    char path[NAME_MAX + 2];
    int mount;
};

static size_t take_mounts(DIR *names, struct taken *taken)
{
    size_t count = 0;
    struct dirent *entry;

    while (count < BATCH && (entry = readdir(names))) {
        struct taken *next = &taken[count];

        snprintf(next->path, sizeof(next->path), "/%s", entry->d_name);
        if (entry->d_name[0] == '.' || !is_mounted(next->path))
            continue;
        next->mount = open_tree(AT_FDCWD, next->path, OPEN_TREE_CLONE | OPEN_TREE_CLOEXEC);
        count += next->mount >= 0;
    }
    return count;
}

static void put_mounts(struct taken *taken, size_t count)
{
    for (size_t i = 0; i < count; i++) {
        if (!is_mounted(taken[i].path))
            move_mount(taken[i].mount, "", AT_FDCWD, taken[i].path, MOVE_MOUNT_F_EMPTY_PATH);
        close(taken[i].mount);
    }
}

static void __attribute__((noreturn)) copy_mounts(const char *place, int from, int to)
{
    static struct taken taken[BATCH];
    DIR *names = opendir(place);
    size_t count = BATCH;

    while (names && count == BATCH && setns(from, CLONE_NEWNS) == 0) {
        count = take_mounts(names, taken);
        if (setns(to, CLONE_NEWNS) < 0)
            break;
        put_mounts(taken, count);
    }
    _exit(0);
}

void space_tmp_copy(const char *place, int from_mount_ns, int to_mount_ns)
{
    pid_t pid = fork();

    if (pid == 0)
        copy_mounts(place, from_mount_ns, to_mount_ns);
    if (pid > 0)
        (void)waitpid(pid, NULL, 0);
}
