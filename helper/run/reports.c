/*
 * What a run's starter and runner report. Helper; the reports are trusted.
 *
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */
#include "run.h"
#include "strays.h"

#include "cleanup.h"
#include "clock.h"

#include <stdio.h>
#include <string.h>
#include <sys/epoll.h>
#include <sys/socket.h>

/* Descriptors that may come with a report. */
#define REPORT_FDS 2

/* Others of it live on: for the profile's linger, or until all is said. */
static void note_others(struct run *run)
{
    if (run->stage != STAGE_RUNNING)
        run_kill(run);
    else if (run->linger_ms > 0)
        run->begins_to_linger = true;
    else
        run_await_last_words(run);
}

/* The main process has ended and nobody is left, or never was: or nobody is left of the others. */
static void note_nobody(struct run *run)
{
    run->result.has_killed = true;
    if (run->stage != STAGE_KILLED)
        run_await_death(run);
}

/* The main process has ended, or what was left of it after that. */
static void note_end(struct run *run, const struct runner_report *report)
{
    bool is_main = !run->exited;

    if (is_main) {
        run->exited = report->event != RUNNER_FAILED;
        run->failed = report->event == RUNNER_FAILED;
        run->report = *report;
    }
    /* What lingered has ended. */
    run->gone = run->lingers;
    if (is_main && report->event == RUNNER_LINGERS)
        note_others(run);
    else
        note_nobody(run);
}

/* Receives one report and the descriptors that may come with it; as recv(2) returns. */
static ssize_t receive_report(int channel, struct runner_report *ret_report, int fds[REPORT_FDS])
{
    union {
        struct cmsghdr align;
        char bytes[CMSG_SPACE(sizeof(int) * REPORT_FDS)];
    } control;
    struct iovec data = {.iov_base = ret_report, .iov_len = sizeof(*ret_report)};
    struct msghdr message = {
        .msg_iov = &data,
        .msg_iovlen = 1,
        .msg_control = control.bytes,
        .msg_controllen = sizeof(control.bytes),
    };
    const size_t most = sizeof(int) * REPORT_FDS;
    ssize_t size = recvmsg(channel, &message, MSG_DONTWAIT | MSG_CMSG_CLOEXEC);
    const struct cmsghdr *header = size > 0 ? CMSG_FIRSTHDR(&message) : NULL;

    if (header && header->cmsg_type == SCM_RIGHTS && header->cmsg_len <= CMSG_LEN(most))
        memcpy(fds, CMSG_DATA(header), header->cmsg_len - CMSG_LEN(0));
    return size;
}

static bool take_report(struct run *run);

static void pidfd_ready(struct source *source, uint32_t events)
{
    struct run *run = container_of(source, struct run, pidfd);

    while (run->channel.fd >= 0 && take_report(run))
        ;
    run_forget_source(run, &run->pidfd);
    run_note_runner_end(run);
}

/* Whose pidfd this is: proc(5) tells, 0 where it does not. */
static pid_t find_pid(int pidfd)
{
    char path[40], line[128];
    FILE *info;
    pid_t pid = 0;

    snprintf(path, sizeof(path), "/proc/self/fdinfo/%d", pidfd);
    info = fopen(path, "re");
    while (info && fgets(line, sizeof(line), info)) {
        if (strncmp(line, "Pid:", 4) == 0)
            pid = (pid_t)strtol(line + 4, NULL, 10);
    }
    if (info)
        fclose(info);
    return pid > 0 ? pid : 0;
}

/* A runner that is dead by now leaves no tree, but strays. */
static void note_runner(struct run *run, int pidfd)
{
    run->runner = find_pid(pidfd);
    if (run->host_pids && tree_find(strays_proc(), run->runner, &run->tree) < 0)
        run->tree = (struct tree){.proc = strays_proc()};
    run->pidfd = (struct source){.fd = pidfd, .ready = pidfd_ready};
    if (loop_add(run->loop, &run->pidfd, EPOLLIN) < 0)
        close_fd(&run->pidfd.fd);
}

/* The starter's word: the runner is there, and perhaps the guest's /tmp, or why not. */
static void note_spawned(struct run *run, const struct runner_report *report, int pidfd, int tmp)
{
    int r = -report->error;

    note_runner(run, pidfd);
    if (r == 0 && tmp >= 0)
        r = spawn_send_tmp(run->channel.fd, tmp);
    if (r < 0) {
        run->failed = true;
        run->report = *report;
        run->report.error = -r;
    }
    if (r < 0 || run->killed)
        run_kill(run);
}

/* Takes one report; returns false where there is none. */
static bool take_report(struct run *run)
{
    int fds[REPORT_FDS] = {-EBADF, -EBADF};
    struct runner_report report;
    ssize_t size = receive_report(run->channel.fd, &report, fds);

    if (size == sizeof(report) && report.event == RUNNER_SPAWNED)
        note_spawned(run, &report, take_fd(&fds[0]), fds[1]);
    else if (size == sizeof(report) && report.event == RUNNER_LISTENER)
        denials_watch(run->loop, &run->denials, take_fd(&fds[0]));
    else if (size == sizeof(report) && report.event == RUNNER_OBSERVED)
        observed_add(&run->observed, &report);
    else if (size == sizeof(report) && report.event == RUNNER_STARTED)
        run->exec_ms = clock_now_ms();
    else if (size == sizeof(report))
        note_end(run, &report);
    else if (size >= 0 ? size != sizeof(report) : errno != EAGAIN && errno != EINTR)
        run_forget_source(run, &run->channel);
    close_fd(&fds[0]);
    close_fd(&fds[1]);
    return size == sizeof(report);
}

/* The verdict can go; the run is led on by whoever takes it over. */
static void begin_to_linger(struct run *run)
{
    run->begins_to_linger = false;
    loop_disarm(&run->timer);
    run->result.has_killed = true;
    run_conclude_main(run);
    run->lingers = true;
    run->done(run->owner);
}

void run_channel_ready(struct source *source, uint32_t events)
{
    struct run *run = container_of(source, struct run, channel);

    take_report(run);
    /* Nobody holds the other end, and no runner was made. */
    if (run->channel.fd < 0 && run->pidfd.fd < 0)
        run_note_runner_end(run);
    else if (run->begins_to_linger)
        begin_to_linger(run);
}
