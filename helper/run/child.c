/*
 * The helper's children before an exec: their memory is a copy of the helper's, so they make raw
 * system calls alone. All their input was prepared by the helper.
 *
 * The starter enters the user namespace that the helper owns, where it has the capabilities that
 * the helper has not. There it clones the runner, as a child of the helper's, and makes the guest's
 * /tmp ready; then it ends. The runner arranges its descriptors and execs.
 *
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */
#include "child.h"

#include <errno.h>
#include <fcntl.h>
#include <linux/capability.h>
#include <linux/close_range.h>
#include <linux/sched.h>
#include <sched.h>
#include <signal.h>
#include <stdint.h>
#include <string.h>
#include <sys/file.h>
#include <sys/mount.h>
#include <sys/prctl.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

/* Where the runner's binary is in the child, just over the channel. */
#define CHILD_BINARY_FD (RUNNER_CHANNEL_FD + 1)

/* The runner's pidfd and the mount of /tmp. */
#define SPAWNED_FDS_MAX 2

/* What every runner has. */
static uint64_t usual_flags(const struct spawn_context *context)
{
    if (!context->namespaces)
        return 0;
    return CLONE_NEWNS | (context->user_namespace ? CLONE_NEWUSER : 0);
}

/* Returns the PID in the parent with `*ret_pidfd`, 0 in the child, or a negative errno. */
static pid_t clone_with(uint64_t flags, int *ret_pidfd)
{
    int pidfd = -EBADF;
    struct clone_args arguments = {
        .flags = flags | CLONE_PIDFD | CLONE_CLEAR_SIGHAND,
        .pidfd = (uintptr_t)&pidfd,
        /* With CLONE_PARENT it is the starter's own, and must not be given. */
        .exit_signal = flags & CLONE_PARENT ? 0 : SIGCHLD,
    };
    long pid = syscall(SYS_clone3, &arguments, sizeof(arguments));

    if (pid < 0)
        return -errno;
    if (pid > 0)
        *ret_pidfd = pidfd;
    return (pid_t)pid;
}

pid_t child_clone_starter(int *ret_pidfd)
{
    return clone_with(0, ret_pidfd);
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

static int child_enter(const struct spawn_context *context, uint64_t clone_flags,
                       enum runner_step *ret_step)
{
    int r = 0;

    *ret_step = RUNNER_STEP_USER_MAP;
    if (context->user_namespace)
        r = child_map_user(context);
    if (r < 0 || !context->own_proc || !(clone_flags & CLONE_NEWPID))
        return r;
    *ret_step = RUNNER_STEP_MOUNT_PROC;
    return child_mount_proc();
}

/* What this process may in its user namespace it may after the exec too, though it is not root
 * there: the runner needs it, and gives it up before a script exists. */
static int child_keep_capabilities(void)
{
    struct __user_cap_header_struct header = {.version = _LINUX_CAPABILITY_VERSION_3};
    struct __user_cap_data_struct data[2];

    if (syscall(SYS_capget, &header, data) < 0)
        return -errno;
    data[0].inheritable = data[0].permitted;
    data[1].inheritable = data[1].permitted;
    if (syscall(SYS_capset, &header, data) < 0)
        return -errno;
    for (int number = 0; number <= CAP_LAST_CAP; number++) {
        if (prctl(PR_CAP_AMBIENT, PR_CAP_AMBIENT_RAISE, number, 0, 0) < 0 && errno != EINVAL)
            return -errno;
    }
    return 0;
}

/* In the helper's own user namespace this process becomes its root, who is the helper's user. */
static int child_join(const struct spawn_context *context)
{
    if (context->user_ns_fd < 0)
        return 0;
    if (setns(context->user_ns_fd, CLONE_NEWUSER) < 0)
        return -errno;
    /* The C library's own would ask its other threads, which this process does not have. */
    if (syscall(SYS_setresgid, 0, 0, 0) < 0 || syscall(SYS_setresuid, 0, 0, 0) < 0)
        return -errno;
    return 0;
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

static void __attribute__((noreturn))
child_become_runner(const struct spawn_context *context, const struct spawn_request *request,
                    int channel)
{
    char name[] = "virthook-runner";
    char *const argv[] = {name, NULL};
    char *const envp[] = {NULL};
    enum runner_step step;
    int r;

    r = child_arrange_descriptors(context, channel);
    if (r < 0)
        child_fail(channel, RUNNER_STEP_DESCRIPTORS, -r);
    r = child_enter(context, request->clone_flags, &step);
    if (r == 0 && context->user_namespace && request->confined)
        r = child_keep_capabilities();
    if (r < 0)
        child_fail(RUNNER_CHANNEL_FD, step, -r);
    setrlimit(RLIMIT_NOFILE, &context->files);
    syscall(SYS_execveat, CHILD_BINARY_FD, "", argv, envp, AT_EMPTY_PATH);
    child_fail(RUNNER_CHANNEL_FD, RUNNER_STEP_EXEC_RUNNER, errno);
}

/*
 * Another starter of the same guest's may be here at the same time, hence the lock: on the folder
 * of all of them, which scripts never see. Their own /tmp they could keep locked.
 */
static int child_mount_tmp_once(const struct spawn_tmp *tmp)
{
    int lock = open("/", O_RDONLY | O_DIRECTORY | O_CLOEXEC);
    struct stat root, here;

    if (lock < 0)
        return -errno;
    if (flock(lock, LOCK_EX) < 0 || stat("/", &root) < 0 || stat(tmp->path, &here) < 0)
        return -errno;
    if (here.st_dev == root.st_dev &&
        mount("virthook", tmp->path, "tmpfs", MS_NOSUID | MS_NODEV, tmp->options) < 0)
        return -errno;
    close(lock);
    return 0;
}

/* A detached mount of the guest's /tmp, which the runner can put where it likes. */
static int child_take_tmp(const struct spawn_tmp *tmp, int *ret_fd)
{
    int r;

    if (setns(tmp->mount_ns_fd, CLONE_NEWNS) < 0)
        return -errno;
    r = child_mount_tmp_once(tmp);
    if (r < 0)
        return r;
    *ret_fd = open_tree(AT_FDCWD, tmp->path, OPEN_TREE_CLONE | OPEN_TREE_CLOEXEC);
    return *ret_fd < 0 ? -errno : 0;
}

/* Tells the helper of the runner; `tmp` may be negative. */
static void __attribute__((noreturn))
child_end_start(int channel, const struct runner_report *report, int pidfd, int tmp)
{
    const int fds[SPAWNED_FDS_MAX] = {pidfd, tmp};
    const size_t size = sizeof(int) * (tmp < 0 ? 1 : 2);
    union {
        struct cmsghdr align;
        char bytes[CMSG_SPACE(sizeof(fds))];
    } control = {};
    struct iovec data = {.iov_base = (void *)(uintptr_t)report, .iov_len = sizeof(*report)};
    struct msghdr message = {
        .msg_iov = &data,
        .msg_iovlen = 1,
        .msg_control = control.bytes,
        .msg_controllen = CMSG_SPACE(size),
    };
    struct cmsghdr *header = CMSG_FIRSTHDR(&message);

    header->cmsg_level = SOL_SOCKET;
    header->cmsg_type = SCM_RIGHTS;
    header->cmsg_len = CMSG_LEN(size);
    memcpy(CMSG_DATA(header), fds, size);
    sendmsg(channel, &message, MSG_NOSIGNAL);
    _exit(0);
}

void child_start(const struct spawn_context *context, const struct spawn_request *request,
                 int channel)
{
    struct runner_report report = {.event = RUNNER_SPAWNED, .step = RUNNER_STEP_TMP};
    uint64_t flags = usual_flags(context) | request->clone_flags | CLONE_PARENT;
    int pidfd = -EBADF, tmp = -EBADF;
    int r = child_join(context);

    if (r == 0 && flags & CLONE_NEWNET && request->net_ns_fd >= 0) {
        flags &= ~(uint64_t)CLONE_NEWNET;
        r = setns(request->net_ns_fd, CLONE_NEWNET) < 0 ? -errno : 0;
    }
    if (r < 0)
        child_fail(channel, RUNNER_STEP_JOIN, -r);
    r = clone_with(flags, &pidfd);
    if (r < 0)
        child_fail(channel, RUNNER_STEP_CLONE, -r);
    if (r == 0)
        child_become_runner(context, request, channel);
    if (request->tmp)
        report.error = -child_take_tmp(request->tmp, &tmp);
    child_end_start(channel, &report, pidfd, tmp);
}

int child_try(const struct spawn_context *context)
{
    enum runner_step step;
    int status, pidfd;
    int r = child_join(context);

    if (r < 0)
        return r;
    r = clone_with(usual_flags(context) | CLONE_NEWPID, &pidfd);
    if (r < 0)
        return r;
    if (r == 0)
        _exit(-child_enter(context, CLONE_NEWPID, &step));
    if (TEMP_FAILURE_RETRY(waitpid(r, &status, 0)) < 0)
        return -errno;
    return WIFEXITED(status) ? -WEXITSTATUS(status) : -ECHILD;
}
