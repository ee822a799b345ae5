/*
 * Making a runner. Helper; its input is the helper's own.
 *
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */
#include "spawn.h"

#include "child.h"
#include "cleanup.h"

#include <fcntl.h>
#include <signal.h>
#include <stdio.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/wait.h>

/* Over these numbers the child arranges what the runner inherits, with no clash. */
#define LOW_DESCRIPTORS 10

/* Opens and moves the descriptor out of the way of those that the child hands on. */
static int open_high(const char *path, int flags, int *ret_fd)
{
    auto_close int fd = open(path, flags | O_CLOEXEC);
    int high;

    if (fd < 0)
        return -errno;
    high = fcntl(fd, F_DUPFD_CLOEXEC, LOW_DESCRIPTORS);
    if (high < 0)
        return -errno;
    *ret_fd = high;
    return 0;
}

/* Makes the namespaces once, in a child that does no more; the kernel's answer, as an errno. */
static int try_namespaces(const struct spawn_context *context)
{
    auto_close int pidfd = -EBADF;
    int status;
    pid_t pid = child_clone_starter(&pidfd);

    if (pid < 0)
        return (int)pid;
    if (pid == 0)
        _exit(-child_try(context));
    if (TEMP_FAILURE_RETRY(waitpid(pid, &status, 0)) < 0)
        return -errno;
    return WIFEXITED(status) ? -WEXITSTATUS(status) : -ECHILD;
}

struct way {
    bool user_namespace, own_proc;
};

/* The first that works. */
static int take_way(struct spawn_context *context, const struct way *ways, size_t count)
{
    int r = -EPERM;

    for (size_t i = 0; r < 0 && i < count; i++) {
        context->user_namespace = ways[i].user_namespace;
        context->own_proc = ways[i].own_proc;
        r = try_namespaces(context);
    }
    return r;
}

/* From the fullest to the least that still holds every script: see ARCHITECTURE.md. */
static int choose_namespaces(struct spawn_context *context)
{
    static const struct way usual[] = {{false, true}, {true, true}, {true, false}};
    static const struct way in_own[] = {{false, true}, {false, false}};

    return context->user_ns_fd < 0 ? take_way(context, usual, 3) : take_way(context, in_own, 2);
}

/* Without namespaces what descends from a script is found by this alone. */
static bool lists_children(void)
{
    return access("/proc/thread-self/children", R_OK) == 0;
}

static int refuse(char **ret_error, const char *what, const char *path, int error, const char *mend)
{
    if (asprintf(ret_error, "%s %s: %s; %s", what, path, strerror(-error), mend) < 0)
        return -ENOMEM;
    return SPAWN_E_REFUSED;
}

int spawn_prepare(const char *path, struct spawn_context *ret_context, char **ret_error)
{
    struct spawn_context context = {
        .runner_fd = -EBADF,
        .null_fd = -EBADF,
        .namespaces = true,
        .user_ns_fd = ret_context->user_ns_fd,
        .files = ret_context->files,
    };
    int r;

    snprintf(context.uid_map, sizeof(context.uid_map), "%u %u 1", geteuid(), geteuid());
    snprintf(context.gid_map, sizeof(context.gid_map), "%u %u 1", getegid(), getegid());
    r = open_high(path, O_PATH, &context.runner_fd);
    if (r < 0)
        return refuse(ret_error, "cannot open the runner", path, r, "install virthook whole");
    r = open_high("/dev/null", O_RDWR, &context.null_fd);
    if (r < 0) {
        spawn_clear(&context);
        return refuse(ret_error, "cannot open", "/dev/null", r, "mend /dev");
    }
    r = choose_namespaces(&context);
    if (r < 0 && (context.user_ns_fd >= 0 || !lists_children())) {
        spawn_clear(&context);
        return refuse(ret_error, "cannot make", "a PID namespace", r,
                      "scripts need CAP_SYS_ADMIN, or user namespaces that are allowed to users");
    }
    context.namespaces = r == 0;
    if (r < 0)
        context.user_namespace = context.own_proc = false;
    signal(SIGCHLD, SIG_IGN);
    *ret_context = context;
    return 0;
}

void spawn_clear(struct spawn_context *context)
{
    close_fd(&context->runner_fd);
    close_fd(&context->null_fd);
}

int spawn_runner(const struct spawn_context *context, const struct spawn_request *request,
                 int *ret_channel)
{
    auto_close int ours = -EBADF, theirs = -EBADF, pidfd = -EBADF;
    int ends[2];
    pid_t pid;

    if (socketpair(AF_UNIX, SOCK_SEQPACKET | SOCK_CLOEXEC, 0, ends) < 0)
        return -errno;
    ours = ends[0];
    theirs = ends[1];
    if (fcntl(ours, F_SETFL, O_NONBLOCK) < 0)
        return -errno;
    pid = child_clone_starter(&pidfd);
    if (pid < 0)
        return (int)pid;
    if (pid == 0)
        child_start(context, request, theirs);
    *ret_channel = take_fd(&ours);
    return 0;
}

static int send_with(int channel, const void *packet, size_t size, const int *fds, size_t count)
{
    union {
        struct cmsghdr align;
        char bytes[CMSG_SPACE(sizeof(int) * JOB_FDS)];
    } control = {};
    struct iovec data = {.iov_base = (void *)(uintptr_t)packet, .iov_len = size};
    struct msghdr message = {
        .msg_iov = &data,
        .msg_iovlen = 1,
        .msg_control = control.bytes,
        .msg_controllen = CMSG_SPACE(sizeof(int) * count),
    };
    struct cmsghdr *header = CMSG_FIRSTHDR(&message);

    header->cmsg_level = SOL_SOCKET;
    header->cmsg_type = SCM_RIGHTS;
    header->cmsg_len = CMSG_LEN(sizeof(int) * count);
    memcpy(CMSG_DATA(header), fds, sizeof(int) * count);
    return sendmsg(channel, &message, MSG_NOSIGNAL) < 0 ? -errno : 0;
}

int spawn_send_job(int channel, const struct job *job, const int fds[JOB_FDS])
{
    static char buffer[JOB_SIZE_MAX];
    size_t size;
    int r = job_encode(job, buffer, &size);

    return r < 0 ? r : send_with(channel, buffer, size, fds, JOB_FDS);
}

int spawn_send_tmp(int channel, int tmp)
{
    uint32_t order = RUNNER_TMP;

    return send_with(channel, &order, sizeof(order), &tmp, 1);
}

const char *spawn_step_text(enum runner_step step)
{
    switch (step) {
    case RUNNER_STEP_JOIN:
        return "enter the helper's namespaces";
    case RUNNER_STEP_CLONE:
        return "make its namespaces";
    case RUNNER_STEP_TMP:
        return "make its guest's /tmp";
    case RUNNER_STEP_DESCRIPTORS:
        return "arrange its descriptors";
    case RUNNER_STEP_USER_MAP:
        return "map its user";
    case RUNNER_STEP_MOUNT_PROC:
        return "mount its /proc";
    case RUNNER_STEP_EXEC_RUNNER:
        return "start virthook-runner";
    case RUNNER_STEP_TREE:
        return "see to its orphans";
    case RUNNER_STEP_JOB:
        return "take the job";
    case RUNNER_STEP_PLAN:
        return "read the plan";
    case RUNNER_STEP_LABEL:
        return "set its SELinux label";
    case RUNNER_STEP_MOUNTS:
        return "make its file system";
    case RUNNER_STEP_LIMITS:
        return "set its limits";
    case RUNNER_STEP_LANDLOCK:
        return "restrict it by Landlock";
    case RUNNER_STEP_PRIVILEGES:
        return "take its privileges";
    case RUNNER_STEP_FILTER:
        return "load its system-call filter";
    case RUNNER_STEP_FORK:
        return "fork";
    case RUNNER_STEP_CGROUP:
        return "enter its cgroup";
    case RUNNER_STEP_STDIO:
        return "connect its input and output";
    case RUNNER_STEP_EXEC:
        return "execute it";
    }
    return "prepare it";
}
