/*
 * virthook-runner: PID 1 of one script's PID namespace. It waits for one job, runs it, reaps what
 * is orphaned, reports how the main process ended, and ends; the kernel then kills all that is
 * left.
 *
 * It is a program of its own, exec'ed by the helper's child from a descriptor, so that its memory
 * holds nothing of the helper's; it is non-dumpable before a script exists. The helper is trusted;
 * nothing here reads what a script writes, but where its profile is permissive (observe.h). The job
 * may come long after the start.
 *
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */
#include "confine.h"
#include "job.h"
#include "observe.h"
#include "script.h"

#include "cleanup.h"

#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <stdbool.h>
#include <stdio.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/signalfd.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/wait.h>

/*
 * Of the runner, and so of the script: what services get by default. libvirtd hands its own on,
 * which depends on how it was started.
 */
#define RUNNER_UMASK 022

static void runner_report(const struct runner_report *report)
{
    /* A helper that is gone is noticed by the channel's end. */
    (void)!send(RUNNER_CHANNEL_FD, report, sizeof(*report), MSG_NOSIGNAL);
}

static void __attribute__((noreturn))
runner_fail_at(enum runner_step step, int error, const char *path)
{
    struct runner_report report = {.event = RUNNER_FAILED, .step = step, .error = error};

    if (path)
        strncpy(report.path, path, sizeof(report.path) - 1);
    runner_report(&report);
    _exit(1);
}

static void __attribute__((noreturn)) runner_fail(enum runner_step step, int error)
{
    runner_fail_at(step, error, NULL);
}

/* Nobody may look into this process, and it does not outlive the helper. */
static void runner_harden(void)
{
    /* Outside a namespace of its own, runner_terminate() would reach the whole host. */
    if (getpid() != 1) {
        fputs("virthook-runner: only virthook-helper starts this, in a PID namespace\n", stderr);
        _exit(2);
    }
    prctl(PR_SET_DUMPABLE, 0);
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
    if (!(plan->flags & PLAN_SET_USER))
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
static const struct plan *runner_carry_out(struct runner_job *job)
{
    const struct plan *plan;
    const char *path = NULL;
    enum runner_step step = RUNNER_STEP_PLAN;
    int listener = -EBADF;
    int r = runner_map_plan(job->fds[JOB_PLAN], &plan);

    if (r < 0)
        runner_fail(step, -r);
    runner_give_pipes(plan, job);
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

/* Receives what the child tells of its exec, and the listener that may come with it. */
static ssize_t runner_receive_report(int exec_fd, struct runner_report *ret_report, int *ret_fd)
{
    union {
        struct cmsghdr align;
        char bytes[CMSG_SPACE(sizeof(int))];
    } control;
    struct iovec data = {.iov_base = ret_report, .iov_len = sizeof(*ret_report)};
    struct msghdr message = {
        .msg_iov = &data,
        .msg_iovlen = 1,
        .msg_control = control.bytes,
        .msg_controllen = sizeof(control.bytes),
    };
    ssize_t size = TEMP_FAILURE_RETRY(recvmsg(exec_fd, &message, MSG_CMSG_CLOEXEC));
    const struct cmsghdr *header = size > 0 ? CMSG_FIRSTHDR(&message) : NULL;

    if (header && header->cmsg_type == SCM_RIGHTS)
        memcpy(ret_fd, CMSG_DATA(header), sizeof(int));
    return size;
}

/*
 * Takes what the child says. Returns true once the exec has been tried and the helper knows how it
 * went; `*ret_listener` is of a permissive script's filter.
 */
static bool runner_take_exec(const struct plan *plan, int exec_fd, int *ret_listener)
{
    struct runner_report report;
    ssize_t size = plan->flags & PLAN_PERMISSIVE
                       ? runner_receive_report(exec_fd, &report, ret_listener)
                       : TEMP_FAILURE_RETRY(read(exec_fd, &report, sizeof(report)));

    if (size == sizeof(report) && report.event == RUNNER_LISTENER)
        return false;
    if (size == sizeof(report)) {
        runner_report(&report);
        _exit(1);
    }
    report = (struct runner_report){.event = RUNNER_STARTED};
    runner_report(&report);
    return true;
}

/* Reaps all that has ended; where the script is among it, reports and ends, and so the namespace.
 */
static void runner_reap(pid_t script)
{
    int status;
    pid_t pid;

    while ((pid = waitpid(-1, &status, WNOHANG)) > 0) {
        if (pid == script) {
            struct runner_report report = {.event = RUNNER_EXITED, .status = status};

            runner_report(&report);
            _exit(0);
        }
    }
}

/* Stopped processes get the SIGTERM only once they go on. */
static void runner_terminate(void)
{
    kill(-1, SIGTERM);
    kill(-1, SIGCONT);
}

static void runner_obey(void)
{
    uint32_t order;
    ssize_t size = recv(RUNNER_CHANNEL_FD, &order, sizeof(order), MSG_DONTWAIT);

    if (size < 0 && (errno == EAGAIN || errno == EINTR))
        return;
    if (size <= 0)
        _exit(0);
    if (size == sizeof(order) && order == RUNNER_TERMINATE)
        runner_terminate();
}

static void __attribute__((noreturn))
runner_supervise(pid_t script, const struct plan *plan, int exec_fd, int signal_fd)
{
    static struct observer observer;
    struct pollfd sources[] = {
        {.fd = RUNNER_CHANNEL_FD, .events = POLLIN},
        {.fd = exec_fd, .events = POLLIN},
        {.fd = signal_fd, .events = POLLIN},
        {.fd = -1, .events = POLLIN}, /* a permissive script's listener */
    };

    for (;;) {
        struct signalfd_siginfo signals[8];

        if (poll(sources, 4, -1) < 0)
            continue;
        if (sources[0].revents)
            runner_obey();
        if (sources[1].revents && runner_take_exec(plan, exec_fd, &sources[3].fd)) {
            close(exec_fd);
            sources[1].fd = -1;
            sources[1].revents = 0;
        }
        if (sources[3].fd >= 0 && !observer.plan)
            observer_begin(&observer, plan, sources[3].fd, runner_report);
        if (sources[3].revents & POLLIN)
            observer_take(&observer);
        else if (sources[3].revents)
            sources[3].fd = -1;
        /* The script's end is told only after how its start went. */
        if (sources[2].revents && sources[1].fd < 0) {
            (void)!read(signal_fd, signals, sizeof(signals));
            runner_reap(script);
        }
    }
}

int main(void)
{
    static char buffer[JOB_SIZE_MAX];
    const struct plan *plan;
    struct runner_job job;
    int signal_fd, exec_fd;
    pid_t script;

    runner_harden();
    signal_fd = runner_open_signals();
    runner_receive_job(buffer, &job);
    plan = runner_carry_out(&job);
    script = runner_fork_script(&job, plan, &exec_fd);
    if (script < 0)
        runner_fail(RUNNER_STEP_FORK, -script);
    for (int i = 0; i < JOB_FDS; i++)
        close(job.fds[i]);
    runner_supervise(script, plan, exec_fd, signal_fd);
}
