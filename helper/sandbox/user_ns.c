/*
 * Making the helper's user namespace. Helper, at start, as root; all its input is the helper's own.
 *
 * A child takes the helper's user while it keeps its capabilities, and with it the ownership of the
 * namespace that it makes; root writes the maps. Then the child is no longer needed.
 *
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */
#include "user_ns.h"

#include "cleanup.h"
#include "fd.h"

#include <fcntl.h>
#include <linux/securebits.h>
#include <sched.h>
#include <signal.h>
#include <stdbool.h>
#include <stdio.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/socket.h>
#include <sys/wait.h>

/* Bytes of one line of a map. */
#define LINE_SIZE 40

/* In the child: tells how it went, and stays until the parent is done. */
static void __attribute__((noreturn)) hold_namespace(const struct user_ids *owner, int channel)
{
    int error = 0;

    if (prctl(PR_SET_SECUREBITS, SECBIT_NO_SETUID_FIXUP) < 0 ||
        setresgid(owner->gid, owner->gid, owner->gid) < 0 ||
        setresuid(owner->uid, owner->uid, owner->uid) < 0 || unshare(CLONE_NEWUSER) < 0)
        error = errno;
    (void)!write(channel, &error, sizeof(error));
    (void)!read(channel, &error, sizeof(error));
    _exit(0);
}

static int write_file(pid_t pid, const char *name, const char *text)
{
    auto_close int fd = -EBADF;
    char path[64];

    snprintf(path, sizeof(path), "/proc/%d/%s", pid, name);
    fd = open(path, O_WRONLY | O_CLOEXEC);
    if (fd < 0)
        return -errno;
    /* In one piece: the kernel takes no second write. */
    return write(fd, text, strlen(text)) < 0 ? -errno : 0;
}

static int write_map(pid_t pid, const struct user_ns_map *map, bool groups)
{
    auto_free char *text = malloc((map->count + 1) * LINE_SIZE + 1);
    int length;

    if (!text)
        return -ENOMEM;
    length = sprintf(text, "0 %u 1\n", groups ? map->helper.gid : map->helper.uid);
    for (size_t i = 0; i < map->count; i++) {
        unsigned int id = groups ? map->scripts[i].gid : map->scripts[i].uid;
        bool known = groups && id == map->helper.gid;

        /* Two users may have one group, which is mapped once. */
        for (size_t j = 0; groups && j < i; j++)
            known = known || map->scripts[j].gid == id;
        if (!known)
            length += sprintf(text + length, "%u %u 1\n", id, id);
    }
    return write_file(pid, groups ? "gid_map" : "uid_map", text);
}

static int take_namespace(pid_t pid, const struct user_ns_map *map, int channel, int *ret_fd)
{
    char path[64];
    int error = 0, fd, r;

    if (read(channel, &error, sizeof(error)) != sizeof(error))
        return -ECHILD;
    if (error)
        return -error;
    r = write_map(pid, map, true);
    if (r == 0)
        r = write_map(pid, map, false);
    if (r < 0)
        return r;
    snprintf(path, sizeof(path), "/proc/%d/ns/user", pid);
    fd = open(path, O_RDONLY | O_CLOEXEC);
    if (fd < 0)
        return -errno;
    *ret_fd = fd;
    return 0;
}

int user_ns_make(const struct user_ns_map *map, int *ret_fd)
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
        hold_namespace(&map->helper, ends[1]);
    }
    close(ends[1]);
    if (pid < 0)
        return -errno;
    r = take_namespace(pid, map, ours, ret_fd);
    close_fd(&ours);
    (void)waitpid(pid, NULL, 0);
    return r;
}
