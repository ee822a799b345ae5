/*
 * virthook-runner: PID 1 of one script's PID namespace, or, where the script has the host's PIDs,
 * the process that its orphans come to. It waits for one job, runs it, reaps what is orphaned,
 * reports how the main process ended, and ends with the last of the script's processes, or when
 * the helper gives them no more time.
 *
 * It is a program of its own, exec'ed by the helper's child from a descriptor, so that its memory
 * holds nothing of the helper's; it is non-dumpable before a script exists. The helper is trusted;
 * nothing here reads what a script writes, but where its profile is permissive (observe.h). The job
 * may come long after the start.
 *
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */
#include "confine.h"
#include "follow.h"
#include "job.h"
#include "report.h"
#include "script.h"
#include "shield.h"

#include "cleanup.h"

#include <fcntl.h>
#include <signal.h>
#include <stdbool.h>
#include <stdio.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/signalfd.h>
#include <sys/socket.h>
#include <sys/stat.h>

/*
 * Of the runner, and so of the script: what services get by default. libvirtd hands its own on,
 * which depends on how it was started.
 */
#define RUNNER_UMASK 022

static bool is_channel(int fd)
{
    int type;
    socklen_t size = sizeof(type);

    return getsockopt(fd, SOL_SOCKET, SO_TYPE, &type, &size) == 0 && type == SOCK_SEQPACKET;
}

/* Nobody may look into this process, and it does not outlive the helper. */
static void runner_harden(void)
{
    if (!is_channel(RUNNER_CHANNEL_FD)) {
        fputs("virthook-runner: only virthook-helper starts this\n", stderr);
        _exit(2);
    }
    prctl(PR_SET_DUMPABLE, 0);
    /* Outside a namespace of its own, its death would leave the script alive. */
    if (getpid() == 1)
        prctl(PR_SET_PDEATHSIG, SIGKILL);
    prctl(PR_SET_NAME, "virthook-runner");
    umask(RUNNER_UMASK);
    fcntl(RUNNER_CHANNEL_FD, F_SETFD, FD_CLOEXEC);
}

static int runner_open_signals(void)
{
    sigset_t children;
    int fd;

    sigemptyset(&children);
    sigaddset(&children, SIGCHLD);
    sigprocmask(SIG_BLOCK, &children, NULL);
    /* The helper ignores it, which goes on over an exec. */
    signal(SIGCHLD, SIG_DFL);
    fd = signalfd(-1, &children, SFD_CLOEXEC | SFD_NONBLOCK);
    if (fd < 0)
        runner_fail(RUNNER_STEP_JOB, errno);
    return fd;
}

static int take_descriptors(struct msghdr *message, int *fds, size_t count)
{
    struct cmsghdr *control = CMSG_FIRSTHDR(message);

    if (!control || control->cmsg_type != SCM_RIGHTS ||
        control->cmsg_len != CMSG_LEN(sizeof(int) * count))
        return -EPROTO;
    memcpy(fds, CMSG_DATA(control), sizeof(int) * count);
    return 0;
}

/* Waits for a packet with `count` descriptors; ends where the helper closes the channel instead. */
static size_t runner_receive(void *buffer, size_t most, int *fds, size_t count)
{
    union {
        struct cmsghdr align;
        char bytes[CMSG_SPACE(sizeof(int) * JOB_FDS)];
    } control;
    struct iovec data = {.iov_base = buffer, .iov_len = most};
    struct msghdr message = {
        .msg_iov = &data,
        .msg_iovlen = 1,
        .msg_control = control.bytes,
        .msg_controllen = sizeof(control.bytes),
    };
    ssize_t size = TEMP_FAILURE_RETRY(recvmsg(RUNNER_CHANNEL_FD, &message, MSG_CMSG_CLOEXEC));
    int r;

    if (size == 0)
        _exit(0);
    if (size < 0)
        runner_fail(RUNNER_STEP_JOB, errno);
    r = take_descriptors(&message, fds, count);
    if (r < 0)
        runner_fail(RUNNER_STEP_JOB, -r);
    return (size_t)size;
}

static void runner_receive_job(char *buffer, struct runner_job *ret_job)
{
    size_t size = runner_receive(buffer, JOB_SIZE_MAX, ret_job->fds, JOB_FDS);
    int r = job_decode(buffer, size, &ret_job->strings);
    uint32_t order;

    if (r < 0)
        runner_fail(RUNNER_STEP_JOB, -r);
    ret_job->tmp = -EBADF;
    if (ret_job->strings.tmp_follows)
        runner_receive(&order, sizeof(order), &ret_job->tmp, 1);
}

/* The pipes were made by the helper, and a script opens /dev/stderr anew: they become its user's.
 */
static void runner_give_pipes(const struct plan *plan, const struct runner_job *job)
{
    if (!(plan->flags & PLAN_SET_USER) || plan->flags & PLAN_PERMISSIVE)
        return;
    for (int i = STDOUT_FILENO; i < JOB_STDIO; i++) {
        if (fchown(job->fds[i], plan->uid, plan->gid) < 0)
            runner_fail(RUNNER_STEP_STDIO, errno);
    }
}

/* Hands the filter's listener over, so that the helper answers what the filter asks. */
static void runner_send_listener(int listener)
{
    struct runner_report report = {.event = RUNNER_LISTENER};
    union {
        struct cmsghdr align;
        char bytes[CMSG_SPACE(sizeof(int))];
    } control = {};
    struct iovec data = {.iov_base = &report, .iov_len = sizeof(report)};
    struct msghdr message = {
        .msg_iov = &data,
        .msg_iovlen = 1,
        .msg_control = control.bytes,
        .msg_controllen = sizeof(control.bytes),
    };
    struct cmsghdr *header = CMSG_FIRSTHDR(&message);

    header->cmsg_level = SOL_SOCKET;
    header->cmsg_type = SCM_RIGHTS;
    header->cmsg_len = CMSG_LEN(sizeof(int));
    memcpy(CMSG_DATA(header), &listener, sizeof(int));
    if (sendmsg(RUNNER_CHANNEL_FD, &message, MSG_NOSIGNAL) < 0)
        runner_fail(RUNNER_STEP_FILTER, errno);
    close(listener);
}

/* From here on this process may do what its script may, and no more. */
static const struct plan *runner_carry_out(struct runner_job *job, struct observer *observer)
{
    const struct plan *plan;
    const char *path = NULL;
    enum runner_step step = RUNNER_STEP_PLAN;
    int listener = -EBADF;
    int r = runner_map_plan(job->fds[JOB_PLAN], &plan);

    if (r < 0)
        runner_fail(step, -r);
    runner_give_pipes(plan, job);
    if (plan->flags & PLAN_PERMISSIVE)
        observer_prepare(observer, plan);
    r = runner_make_shield(plan, &job->shield_fd);
    if (r < 0)
        runner_fail(RUNNER_STEP_LANDLOCK, -r);
    r = runner_confine(plan, job->tmp, &listener, &step, &path);
    if (r < 0)
        runner_fail_at(step, -r, path);
    close_fd(&job->tmp);
    if (listener >= 0)
        runner_send_listener(listener);
    r = runner_limit_files(plan);
    if (r < 0)
        runner_fail(RUNNER_STEP_LIMITS, -r);
    return plan;
}

/* What only the script was given. */
static void close_job(struct runner_job *job)
{
    for (int i = 0; i < JOB_FDS; i++)
        close_fd(&job->fds[i]);
    close_fd(&job->shield_fd);
}

int main(void)
{
    static char buffer[JOB_SIZE_MAX];
    static struct observer observer;
    struct runner_job job;
    struct follow follow;

    runner_harden();
    runner_prepare_ending(&follow.ending);
    follow.signal_fd = runner_open_signals();
    runner_receive_job(buffer, &job);
    follow.plan = runner_carry_out(&job, &observer);
    follow.observer = &observer;
    follow.script = runner_fork_script(&job, follow.plan, &follow.exec_fd);
    if (follow.script < 0)
        runner_fail(RUNNER_STEP_FORK, -follow.script);
    follow.listener = -EBADF;
    follow.usage = (struct runner_usage){};
    if (job.strings.has_cgroup)
        follow.ending.cgroup_kill = take_fd(&job.fds[JOB_CGROUP_KILL]);
    close_job(&job);
    runner_follow(&follow);
}
