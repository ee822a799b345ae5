/*
 * The mount namespace of guests' /tmp. Helper, at start, as root: it is made and filled by
 * children, since a process cannot leave what it enters. Scripts never see these paths.
 *
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */
#include "space_tmp.h"

#include "cleanup.h"

#include <dirent.h>
#include <fcntl.h>
#include <sched.h>
#include <stdbool.h>
#include <stdio.h>
#include <string.h>
#include <sys/mount.h>
#include <sys/socket.h>
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

/* The folder is entered before root's rights over its path are given up. */
static int enter_place(const char *place, int user_ns)
{
    if (chdir(place) < 0)
        return -errno;
    if (user_ns >= 0 &&
        (setns(user_ns, CLONE_NEWUSER) < 0 || setresgid(0, 0, 0) < 0 || setresuid(0, 0, 0) < 0))
        return -errno;
    if (unshare(CLONE_NEWNS) < 0)
        return -errno;
    return make_root();
}

/* In the child: tells how it went, and stays until the parent has opened the namespace. */
static void __attribute__((noreturn)) hold_namespace(const char *place, int user_ns, int channel)
{
    int error = -enter_place(place, user_ns);

    (void)!write(channel, &error, sizeof(error));
    (void)!read(channel, &error, sizeof(error));
    _exit(0);
}

static int take_namespace(pid_t pid, int channel, int *ret_fd)
{
    char path[64];
    int error = 0, fd;

    if (read(channel, &error, sizeof(error)) != sizeof(error))
        return -ECHILD;
    if (error)
        return -error;
    snprintf(path, sizeof(path), "/proc/%d/ns/mnt", pid);
    fd = open(path, O_RDONLY | O_CLOEXEC);
    if (fd < 0)
        return -errno;
    *ret_fd = fd;
    return 0;
}

int space_tmp_make(const char *place, int user_ns, int *ret_fd)
{
    auto_close int ours = -EBADF;
    int ends[2], r;
    pid_t pid;

    if (socketpair(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0, ends) < 0)
        return -errno;
    ours = ends[0];
    pid = fork();
    if (pid == 0) {
        close(ours);
        hold_namespace(place, user_ns, ends[1]);
    }
    close(ends[1]);
    if (pid < 0)
        return -errno;
    r = take_namespace(pid, ours, ret_fd);
    close_fd(&ours);
    (void)waitpid(pid, NULL, 0);
    return r;
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
