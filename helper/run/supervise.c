/*
 * One script from its start to the death of its last process. Helper. What the runner reports is
 * trusted, what comes by the script's pipes is not.
 *
 * The order of things: a starter makes the runner and tells of it; the job goes to the runner; its
 * reports tell how the exec went and how the main process ended; the runner's own end (its pidfd)
 * tells that nobody is left in its namespace. One timer walks through the stages below.
 *
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */
#include "supervise.h"

#include "cleanup.h"
#include "clock.h"
#include "denials.h"
#include "fd.h"
#include "observed.h"
#include "stream.h"
#include "undead.h"

#include <signal.h>
#include <stdio.h>
#include <string.h>
#include <sys/epoll.h>
#include <sys/pidfd.h>
#include <sys/socket.h>

/* Descriptors that may come with a report. */
#define REPORT_FDS 2

enum stage {
    STAGE_RUNNING,    /* the timer is for SIGTERM */
    STAGE_TERMINATED, /* it is for SIGKILL */
    STAGE_KILLED,     /* it is for giving up */
    STAGE_DONE,
};

struct run {
    struct loop *loop;
    void (*done)(void *owner);
    void *owner;
    struct source channel, pidfd; /* of the runner; its pidfd comes with its start */
    struct timer timer;
    enum stage stage;
    uint64_t started_ms, deadline_ms, grace_ms;
    struct stream out, err;
    struct denials denials;
    struct observed observed;
    struct reply reply;
    bool killed, exited, failed;
    struct runner_report report;
    struct run_result result;
};

static void forget_source(struct run *run, struct source *source)
{
    if (source->fd < 0)
        return;
    loop_remove(run->loop, source);
    close_fd(&source->fd);
}

static void describe_failure(struct run *run)
{
    const char *step = spawn_step_text(run->report.step);

    if (run->report.step == RUNNER_STEP_EXEC && run->report.error == ENOEXEC)
        run->result.problem = strdup("it is no program: begin it with a line such as #!/bin/sh");
    else if (asprintf(&run->result.problem, "cannot %s%s%s: %s", step,
                      *run->report.path ? " at " : "", run->report.path,
                      strerror(run->report.error)) < 0)
        run->result.problem = NULL;
}

/* From what was reported, or from what was done to it, how the main process ended. */
static void conclude_status(struct run *run)
{
    struct run_result *result = &run->result;

    result->exit_status = -1;
    if (run->failed)
        describe_failure(run);
    else if (run->exited && WIFEXITED(run->report.status))
        result->exit_status = WEXITSTATUS(run->report.status);
    else if (run->exited)
        result->signal = WTERMSIG(run->report.status);
    else if (result->timed_out || result->cancelled)
        result->signal = SIGKILL;
    else
        result->problem = strdup("its runner was killed from outside, or by lack of memory");
}

static void conclude_output(struct run *run)
{
    struct run_result *result = &run->result;

    result->denied = denials_text(&run->denials);
    result->observed = observed_text(&run->observed);
    result->stderr_bytes = run->err.tail.total;
    result->stderr_tail = tail_text(&run->err.tail);
    if (!run->out.reply) {
        result->stdout_bytes = run->out.tail.total;
        result->stdout_tail = tail_text(&run->out.tail);
        return;
    }
    result->stdout_bytes = run->reply.total;
    result->output_over = reply_is_over(&run->reply);
    if (result->output_over || run->reply.blank)
        return;
    if (reply_take(&run->reply, &result->output_memfd) < 0 && !result->problem)
        result->problem = strdup("its output could not be kept: lack of memory");
}

static void finish(struct run *run)
{
    loop_disarm(&run->timer);
    stream_drain(&run->out);
    stream_drain(&run->err);
    run->stage = STAGE_DONE;
    run->result.duration_ms = clock_now_ms() - run->started_ms;
    conclude_status(run);
    conclude_output(run);
    run->done(run->owner);
}

static void arm_stage(struct run *run, enum stage stage, uint64_t at_ms)
{
    run->stage = stage;
    loop_arm(run->loop, &run->timer, at_ms);
}

static void kill_tree(struct run *run)
{
    run->killed = true;
    if (run->pidfd.fd >= 0)
        pidfd_send_signal(run->pidfd.fd, SIGKILL, NULL, 0);
    arm_stage(run, STAGE_KILLED, clock_add_ms(clock_now_ms(), RUN_DEATH_MS));
}

static void terminate_tree(struct run *run, uint64_t kill_at_ms)
{
    uint32_t order = RUNNER_TERMINATE;

    /* Where the order cannot be sent, SIGKILL comes all the same. */
    (void)!send(run->channel.fd, &order, sizeof(order), MSG_NOSIGNAL | MSG_DONTWAIT);
    arm_stage(run, STAGE_TERMINATED, kill_at_ms);
}

static void timer_fired(struct timer *timer)
{
    struct run *run = container_of(timer, struct run, timer);

    switch (run->stage) {
    case STAGE_RUNNING:
        run->result.timed_out = true;
        terminate_tree(run, run->deadline_ms);
        break;
    case STAGE_TERMINATED:
        kill_tree(run);
        break;
    case STAGE_KILLED:
        run->result.unkillable = true;
        finish(run);
        break;
    case STAGE_DONE:
        break;
    }
}

/* The main process has ended, and the runner with it: the rest is being killed by the kernel. */
static void note_report(struct run *run, const struct runner_report *report)
{
    if (report->event == RUNNER_STARTED)
        return;
    run->exited = report->event == RUNNER_EXITED;
    run->failed = report->event == RUNNER_FAILED;
    run->report = *report;
    arm_stage(run, STAGE_KILLED, clock_add_ms(clock_now_ms(), RUN_DEATH_MS));
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

/* The runner has ended, and so has every process of its namespace. */
static void pidfd_ready(struct source *source, uint32_t events)
{
    struct run *run = container_of(source, struct run, pidfd);

    while (run->channel.fd >= 0 && take_report(run))
        ;
    forget_source(run, &run->pidfd);
    finish(run);
}

/* The starter's word: the runner is there, and perhaps the guest's /tmp, or why not. */
static void note_spawned(struct run *run, const struct runner_report *report, int pidfd, int tmp)
{
    int r = -report->error;

    run->pidfd = (struct source){.fd = pidfd, .ready = pidfd_ready};
    if (loop_add(run->loop, &run->pidfd, EPOLLIN) < 0)
        close_fd(&run->pidfd.fd);
    if (r == 0 && tmp >= 0)
        r = spawn_send_tmp(run->channel.fd, tmp);
    if (r < 0) {
        run->failed = true;
        run->report = *report;
        run->report.error = -r;
    }
    if (r < 0 || run->killed)
        kill_tree(run);
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
    else if (size == sizeof(report))
        note_report(run, &report);
    else if (size >= 0 || (errno != EAGAIN && errno != EINTR))
        forget_source(run, &run->channel);
    close_fd(&fds[0]);
    close_fd(&fds[1]);
    return size == sizeof(report);
}

static void channel_ready(struct source *source, uint32_t events)
{
    struct run *run = container_of(source, struct run, channel);

    take_report(run);
    /* Nobody holds the other end, and no runner was made. */
    if (run->channel.fd < 0 && run->pidfd.fd < 0)
        finish(run);
}

void run_free(struct run *run)
{
    if (!run)
        return;
    loop_disarm(&run->timer);
    forget_source(run, &run->channel);
    denials_stop(&run->denials);
    stream_close(&run->out);
    stream_close(&run->err);
    if (run->pidfd.fd >= 0) {
        pidfd_send_signal(run->pidfd.fd, SIGKILL, NULL, 0);
        loop_remove(run->loop, &run->pidfd);
        undead_watch(run->loop, take_fd(&run->pidfd.fd));
    }
    reply_clear(&run->reply);
    close_fd(&run->result.output_memfd);
    free(run->result.problem);
    free(run->result.denied);
    free(run->result.observed);
    observed_clear(&run->observed);
    free(run->result.profile);
    free(run->result.enforced);
    free(run->result.stdout_tail);
    free(run->result.stderr_tail);
    free(run);
}

struct run_result *run_get_result(struct run *run)
{
    return &run->result;
}

void run_cancel(struct run *run)
{
    uint64_t kill_at_ms = clock_add_ms(clock_now_ms(), run->grace_ms);

    if (run->stage != STAGE_RUNNING)
        return;
    run->result.cancelled = true;
    terminate_tree(run, kill_at_ms < run->deadline_ms ? kill_at_ms : run->deadline_ms);
}

static int open_streams(struct run *run, const struct run_job *job, int *ret_out, int *ret_err)
{
    int r = 0;

    if (job->filter) {
        r = reply_init(&run->reply, job->output_max);
        run->out.reply = &run->reply;
    }
    run->out.tail.limit = run->err.tail.limit = job->output_kept;
    if (r == 0)
        r = stream_open(run->loop, &run->out, ret_out);
    if (r == 0)
        r = stream_open(run->loop, &run->err, ret_err);
    return r;
}

static int start_runner(struct run *run, const struct spawn_context *context,
                        const struct run_job *job)
{
    const struct spawn_request request = {
        .clone_flags = job->sandbox->clone_flags,
        .tmp = job->tmp,
        .net_ns_fd = job->net_ns_fd,
    };
    int r;

    r = spawn_runner(context, &request, &run->channel.fd);
    run->channel.ready = channel_ready;
    return r == 0 ? loop_add(run->loop, &run->channel, EPOLLIN) : r;
}

static void arm_deadline(struct run *run, const struct run_job *job)
{
    uint64_t left = job->deadline_ms > run->started_ms ? job->deadline_ms - run->started_ms : 0;
    uint64_t grace = job->grace_ms < left / 4 ? job->grace_ms : left / 4;

    run->deadline_ms = job->deadline_ms;
    run->grace_ms = grace;
    arm_stage(run, STAGE_RUNNING, job->deadline_ms - grace);
}

static int note_sandbox(struct run_result *result, const struct sandbox *sandbox)
{
    result->profile = strdup(sandbox->profile);
    result->enforced = strdup(sandbox->enforced);
    result->uid = sandbox->uid;
    result->gid = sandbox->gid;
    return result->profile && result->enforced ? 0 : -ENOMEM;
}

static int begin(struct run *run, const struct spawn_context *context, const struct run_job *job)
{
    auto_close int in = -EBADF, out = -EBADF, err = -EBADF;
    struct job sent = job->job;
    int r;

    sent.tmp_follows = job->tmp != NULL;
    r = note_sandbox(&run->result, job->sandbox);
    if (r == 0)
        r = fd_reopen_readonly(job->stdin_memfd >= 0 ? job->stdin_memfd : context->null_fd, &in);
    if (r == 0)
        r = open_streams(run, job, &out, &err);
    if (r == 0)
        r = start_runner(run, context, job);
    if (r == 0)
        r = spawn_send_job(run->channel.fd, &sent,
                           (int[JOB_FDS]){in, out, err, job->sandbox->plan_fd});
    return r;
}

int run_start(struct loop *loop, const struct spawn_context *context, const struct run_job *job,
              void (*done)(void *owner), void *owner, struct run **ret_run)
{
    struct run *run = calloc(1, sizeof(*run));
    int r;

    if (!run)
        return -ENOMEM;
    run->loop = loop;
    run->done = done;
    run->owner = owner;
    run->started_ms = clock_now_ms();
    run->timer.fired = timer_fired;
    run->channel.fd = run->pidfd.fd = run->denials.source.fd = run->out.source.fd =
        run->err.source.fd = -EBADF;
    run->reply.memfd = run->result.output_memfd = -EBADF;
    r = begin(run, context, job);
    if (r < 0) {
        run_free(run);
        return r;
    }
    arm_deadline(run, job);
    *ret_run = run;
    return 0;
}
