/*
 * The helper's child between clone and exec: its memory is a copy of the helper's, so it makes raw
 * system calls alone, and execs at once. All its input was prepared by the helper.
 *
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */
#include "child.h"

#include <errno.h>
#include <fcntl.h>
#include <linux/close_range.h>
#include <linux/sched.h>
#include <sched.h>
#include <signal.h>
#include <stdint.h>
#include <string.h>
#include <sys/mount.h>
#include <sys/prctl.h>
#include <sys/socket.h>
#include <sys/syscall.h>
#include <unistd.h>

/* Where the runner's binary is in the child, just over the channel. */
#define CHILD_BINARY_FD (RUNNER_CHANNEL_FD + 1)

/* What every runner has. */
static uint64_t usual_flags(const struct spawn_context *context)
{
    return CLONE_NEWPID | CLONE_NEWNS | (context->user_namespace ? CLONE_NEWUSER : 0);
}

pid_t child_clone(const struct spawn_context *context, uint64_t flags, int *ret_pidfd)
{
    int pidfd = -EBADF;
    struct clone_args arguments = {
        .flags = usual_flags(context) | flags | CLONE_PIDFD | CLONE_CLEAR_SIGHAND,
        .pidfd = (uintptr_t)&pidfd,
        .exit_signal = SIGCHLD,
    };
    long pid = syscall(SYS_clone3, &arguments, sizeof(arguments));

    if (pid < 0)
        return -errno;
    if (pid > 0)
        *ret_pidfd = pidfd;
    return (pid_t)pid;
}

static int child_write_file(const char *path, const char *text)
{
    int fd = open(path, O_WRONLY | O_CLOEXEC);
    int r = 0;

    if (fd < 0)
        return -errno;
    if (write(fd, text, strlen(text)) < 0)
        r = -errno;
    close(fd);
    return r;
}

/* The script keeps the user's own ids; nobody else exists in the namespace. */
static int child_map_user(const struct spawn_context *context)
{
    int r;

    /* The files belong to root while the process is not dumpable. */
    prctl(PR_SET_DUMPABLE, 1);
    r = child_write_file("/proc/self/setgroups", "deny");
    if (r == 0)
        r = child_write_file("/proc/self/gid_map", context->gid_map);
    if (r == 0)
        r = child_write_file("/proc/self/uid_map", context->uid_map);
    prctl(PR_SET_DUMPABLE, 0);
    return r;
}

/*
 * A /proc of this namespace. It alone is taken out of mount propagation: what a script mounts
 * elsewhere reaches the host as far as the host's own mounts are shared.
 */
static int child_mount_proc(void)
{
    if (mount(NULL, "/proc", NULL, MS_PRIVATE, NULL) < 0)
        return -errno;
    if (mount("proc", "/proc", "proc", MS_NOSUID | MS_NODEV | MS_NOEXEC, NULL) < 0)
        return -errno;
    return 0;
}

int child_enter(const struct spawn_context *context, enum runner_step *ret_step)
{
    int r = 0;

    *ret_step = RUNNER_STEP_USER_MAP;
    if (context->user_namespace)
        r = child_map_user(context);
    if (r < 0 || !context->own_proc)
        return r;
    *ret_step = RUNNER_STEP_MOUNT_PROC;
    return child_mount_proc();
}

/* 0, 1, 2 are /dev/null, then the channel, then the binary until the exec; nothing else is left. */
static int child_arrange_descriptors(const struct spawn_context *context, int channel)
{
    for (int fd = 0; fd < RUNNER_CHANNEL_FD; fd++) {
        if (dup3(context->null_fd, fd, 0) < 0)
            return -errno;
    }
    if (dup2(channel, RUNNER_CHANNEL_FD) < 0 || fcntl(RUNNER_CHANNEL_FD, F_SETFD, 0) < 0)
        return -errno;
    if (dup3(context->runner_fd, CHILD_BINARY_FD, O_CLOEXEC) < 0)
        return -errno;
    if (syscall(SYS_close_range, CHILD_BINARY_FD + 1, ~0U, 0) < 0)
        return -errno;
    return 0;
}

static void __attribute__((noreturn)) child_fail(int channel, enum runner_step step, int error)
{
    struct runner_report report = {.event = RUNNER_FAILED, .step = step, .error = error};

    send(channel, &report, sizeof(report), MSG_NOSIGNAL);
    _exit(1);
}

void child_become_runner(const struct spawn_context *context, int channel)
{
    char name[] = "virthook-runner";
    char *const argv[] = {name, NULL};
    char *const envp[] = {NULL};
    enum runner_step step;
    int r;

    r = child_arrange_descriptors(context, channel);
    if (r < 0)
        child_fail(channel, RUNNER_STEP_DESCRIPTORS, -r);
    r = child_enter(context, &step);
    if (r < 0)
        child_fail(RUNNER_CHANNEL_FD, step, -r);
    setrlimit(RLIMIT_NOFILE, &context->files);
    syscall(SYS_execveat, CHILD_BINARY_FD, "", argv, envp, AT_EMPTY_PATH);
    child_fail(RUNNER_CHANNEL_FD, RUNNER_STEP_EXEC_RUNNER, errno);
}
