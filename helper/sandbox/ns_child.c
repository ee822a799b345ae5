/*
 * Namespaces made by a child, since a process cannot always leave what it enters. Helper, at start,
 * while it is still root.
 *
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */
#include "ns_child.h"

#include "cleanup.h"

#include <fcntl.h>
#include <stdio.h>
#include <sys/socket.h>
#include <sys/wait.h>

/* In the child: tells how it went, and stays until the helper has opened the namespace. */
static void __attribute__((noreturn)) hold(const struct ns_maker *maker, int channel)
{
    int error = -maker->enter(maker->context);

    (void)!write(channel, &error, sizeof(error));
    (void)!read(channel, &error, sizeof(error));
    _exit(0);
}

static int open_namespace(pid_t pid, const char *kind, int *ret_fd)
{
    char path[64];
    int fd;

    snprintf(path, sizeof(path), "/proc/%d/ns/%s", pid, kind);
    fd = open(path, O_RDONLY | O_CLOEXEC);
    if (fd < 0)
        return -errno;
    *ret_fd = fd;
    return 0;
}

static int take(const struct ns_maker *maker, pid_t pid, int channel, int *ret_fd)
{
    int error = 0, r = 0;

    if (read(channel, &error, sizeof(error)) != sizeof(error))
        return -ECHILD;
    if (error)
        return -error;
    if (maker->settle)
        r = maker->settle(pid, maker->context);
    return r == 0 ? open_namespace(pid, maker->kind, ret_fd) : r;
}

int ns_child_make(const struct ns_maker *maker, int *ret_fd)
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
        hold(maker, ends[1]);
    }
    close(ends[1]);
    if (pid < 0)
        return -errno;
    r = take(maker, pid, ours, ret_fd);
    close_fd(&ours);
    (void)waitpid(pid, NULL, 0);
    return r;
}
