/*
 * From the script's start to the end of all that descends from it. Runner. It reads nothing that
 * the script writes.
 *
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */
#include "follow.h"

#include "cleanup.h"
#include "job.h"
#include "report.h"

#include <poll.h>
#include <signal.h>
#include <string.h>
#include <sys/resource.h>
#include <sys/signalfd.h>
#include <sys/socket.h>
#include <sys/wait.h>

/* Receives what a permissive child tells of its exec, and the listener that may come with it. */
static ssize_t receive_report(struct follow *follow, struct runner_report *ret_report)
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
    ssize_t size = TEMP_FAILURE_RETRY(recvmsg(follow->exec_fd, &message, MSG_CMSG_CLOEXEC));
    const struct cmsghdr *header = size > 0 ? CMSG_FIRSTHDR(&message) : NULL;

    if (header && header->cmsg_type == SCM_RIGHTS)
        memcpy(&follow->listener, CMSG_DATA(header), sizeof(int));
    return size;
}

static ssize_t read_report(struct follow *follow, struct runner_report *ret_report)
{
    if (follow->plan->flags & PLAN_PERMISSIVE)
        return receive_report(follow, ret_report);
    return TEMP_FAILURE_RETRY(read(follow->exec_fd, ret_report, sizeof(*ret_report)));
}

/* The child has handed its listener over, or tried the exec: then the helper is told how it went.
 */
static void report_exec(struct follow *follow)
{
    struct runner_report report;
    ssize_t size = read_report(follow, &report);

    if (size == sizeof(report) && report.event == RUNNER_LISTENER)
        return;
    close_fd(&follow->exec_fd);
    if (size == sizeof(report)) {
        runner_report(&report);
        runner_end(&follow->ending, follow->signal_fd);
    }
    report = (struct runner_report){.event = RUNNER_STARTED};
    runner_report(&report);
}

static void observe(struct follow *follow, short events)
{
    struct observer *observer = follow->observer;

    if (observer->sights.listener < 0)
        observer_begin(observer, follow->listener, runner_report);
    if (events & POLLIN)
        observer_take(observer);
    else if (events)
        close_fd(&follow->listener);
}

/* The script's main process has ended; others of it may be there. */
static void report_end(struct follow *follow, int status, bool others)
{
    struct runner_report report = {
        .event = others ? RUNNER_LINGERS : RUNNER_EXITED,
        .status = status,
        .usage = follow->usage,
    };

    runner_report(&report);
    if (!others)
        runner_end(&follow->ending, follow->signal_fd);
}

static uint64_t in_us(const struct timeval *time)
{
    return (uint64_t)time->tv_sec * 1000000 + (uint64_t)time->tv_usec;
}

static void add_usage(struct runner_usage *usage, const struct rusage *of_one)
{
    uint64_t peak_kib = (uint64_t)of_one->ru_maxrss;

    usage->user_us += in_us(&of_one->ru_utime);
    usage->system_us += in_us(&of_one->ru_stime);
    if (peak_kib > usage->memory_peak_kib)
        usage->memory_peak_kib = peak_kib;
}

/* Reaps all that has ended; ends where nobody is left, or nobody may be. */
static void reap(struct follow *follow)
{
    bool ended = false;
    int status, script_status = 0;
    struct rusage usage;
    pid_t pid;

    while ((pid = wait4(-1, &status, WNOHANG, &usage)) > 0) {
        add_usage(&follow->usage, &usage);
        if (pid != follow->script)
            continue;
        ended = true;
        script_status = status;
    }
    if (ended)
        report_end(follow, script_status, pid == 0);
    else if (pid < 0 && errno == ECHILD)
        report_end(follow, 0, false);
}

static void obey(struct follow *follow)
{
    uint32_t order;
    ssize_t size = recv(RUNNER_CHANNEL_FD, &order, sizeof(order), MSG_DONTWAIT);

    if (size < 0 && (errno == EAGAIN || errno == EINTR))
        return;
    if (size <= 0 || order == RUNNER_KILL)
        runner_end(&follow->ending, follow->signal_fd);
    if (order == RUNNER_TERMINATE)
        runner_terminate(&follow->ending);
}

void runner_follow(struct follow *follow)
{
    for (;;) {
        struct pollfd sources[] = {
            {.fd = RUNNER_CHANNEL_FD, .events = POLLIN},
            {.fd = follow->exec_fd, .events = POLLIN},
            {.fd = follow->signal_fd, .events = POLLIN},
            {.fd = follow->listener, .events = POLLIN},
        };
        struct signalfd_siginfo signals[8];

        if (poll(sources, 4, -1) < 0)
            continue;
        if (sources[0].revents)
            obey(follow);
        if (sources[1].revents)
            report_exec(follow);
        if (follow->listener >= 0)
            observe(follow, sources[3].revents);
        /* The script's end is told only after how its start went. */
        if (sources[2].revents && follow->exec_fd < 0) {
            (void)!read(follow->signal_fd, signals, sizeof(signals));
            reap(follow);
        }
    }
}
