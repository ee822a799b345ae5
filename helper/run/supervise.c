/*
 * One script from its start to the death of its last process. Helper. What the runner reports is
 * trusted, what comes by the script's pipes is not.
 *
 * The order of things: a starter makes the runner and tells of it; the job goes to the runner; its
 * reports tell how the exec went and how the main process ended (reports.c); the runner's own end
 * (its pidfd) tells that nobody is left. One timer walks through the stages (stages.c).
 *
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */
#include "run.h"

#include "cleanup.h"
#include "clock.h"
#include "fd.h"
#include "strays.h"
#include "undead.h"

#include <signal.h>
#include <string.h>
#include <sys/epoll.h>
#include <sys/pidfd.h>

/*
 * Runners and starters stay in the helper's session, also one that was made this moment and is not
 * told of yet. What a script has made is in another for good: none can be entered from outside.
 */
static bool is_ours(pid_t child)
{
    return getsid(child) == getsid(0);
}

int run_prepare(void)
{
    return strays_take_in(is_ours);
}

void run_end_all(void)
{
    undead_clear();
    strays_clear();
}

/* Without a namespace the runner must live: it is the one that kills, at its channel's end. */
static void leave_runner(struct run *run)
{
    if (run->pidfd.fd < 0)
        return;
    if (!run->host_pids)
        pidfd_send_signal(run->pidfd.fd, SIGKILL, NULL, 0);
    loop_remove(run->loop, &run->pidfd);
    undead_watch(run->loop, take_fd(&run->pidfd.fd));
}

static void clear_result(struct run_result *result)
{
    close_fd(&result->output_memfd);
    free(result->problem);
    free(result->denied);
    free(result->observed);
    free(result->profile);
    free(result->enforced);
    free(result->capabilities);
    free(result->stdout_tail);
    free(result->stderr_tail);
}

void run_free(struct run *run)
{
    if (!run)
        return;
    loop_disarm(&run->timer);
    run_forget_source(run, &run->channel);
    denials_stop(&run->denials);
    stream_close(&run->out);
    stream_close(&run->err);
    cgroup_kill(&run->cgroup);
    leave_runner(run);
    if (run->cgroups)
        cgroup_remove(run->cgroups, &run->cgroup);
    observed_clear(&run->observed);
    reply_clear(&run->reply);
    clear_result(&run->result);
    free(run);
}

struct run_result *run_get_result(struct run *run)
{
    return &run->result;
}

bool run_lingers(const struct run *run)
{
    return run->lingers && run->stage != STAGE_DONE;
}

void run_linger(struct run *run, void (*done)(void *owner), void *owner)
{
    run->done = done;
    run->owner = owner;
    run->started_ms = clock_now_ms();
    run->result.has_killed = false;
    stream_start_anew(&run->out);
    stream_start_anew(&run->err);
    run_arm_deadline(run, clock_add_ms(run->started_ms, run->linger_ms), run->grace_most_ms);
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
        .confined = !job->sandbox->unconfined && !job->sandbox->permissive,
        .tmp = job->tmp,
        .net_ns_fd = job->net_ns_fd,
    };
    int r;

    r = spawn_runner(context, &request, &run->channel.fd);
    run->channel.ready = run_channel_ready;
    return r == 0 ? loop_add(run->loop, &run->channel, EPOLLIN) : r;
}

static int note_sandbox(struct run_result *result, const struct sandbox *sandbox)
{
    result->profile = strdup(sandbox->profile);
    result->enforced = strdup(sandbox->enforced);
    result->capabilities = sandbox->capabilities ? strdup(sandbox->capabilities) : NULL;
    result->lists_programs = sandbox->lists_programs;
    result->labelled = sandbox->labelled;
    result->uid = sandbox->uid;
    result->gid = sandbox->gid;
    if (!result->profile || !result->enforced || (sandbox->capabilities && !result->capabilities))
        return -ENOMEM;
    return 0;
}

static int make_cgroup(struct run *run, const struct run_job *job)
{
    const struct sandbox *sandbox = job->sandbox;

    if (!sandbox->cgroup || !job->cgroups->usable)
        return 0;
    run->cgroups = job->cgroups;
    return cgroup_make(job->cgroups, sandbox->processes, sandbox->memory, &run->cgroup);
}

static int send_job(const struct run *run, const struct spawn_context *context,
                    const struct run_job *job, const int stdio[JOB_STDIO])
{
    bool has_cgroup = run->cgroup.procs >= 0;
    const int fds[JOB_FDS] = {
        stdio[0],
        stdio[1],
        stdio[2],
        job->sandbox->plan_fd,
        has_cgroup ? run->cgroup.procs : context->null_fd,
        has_cgroup ? run->cgroup.kill : context->null_fd,
    };
    struct job sent = job->job;

    sent.tmp_follows = job->tmp != NULL;
    sent.has_cgroup = has_cgroup;
    return spawn_send_job(run->channel.fd, &sent, fds);
}

static int begin(struct run *run, const struct spawn_context *context, const struct run_job *job)
{
    auto_close int in = -EBADF, out = -EBADF, err = -EBADF;
    int r;

    r = note_sandbox(&run->result, job->sandbox);
    if (r == 0)
        r = fd_reopen_readonly(job->stdin_memfd >= 0 ? job->stdin_memfd : context->null_fd, &in);
    if (r == 0)
        r = open_streams(run, job, &out, &err);
    if (r == 0)
        r = make_cgroup(run, job);
    if (r == 0)
        r = start_runner(run, context, job);
    return r == 0 ? send_job(run, context, job, (int[JOB_STDIO]){in, out, err}) : r;
}

static struct run *new_run(struct loop *loop)
{
    struct run *run = calloc(1, sizeof(*run));

    if (!run)
        return NULL;
    run->loop = loop;
    run->started_ms = clock_now_ms();
    run->timer.fired = run_timer_fired;
    run->out.ended = run->err.ended = run_stream_ended;
    run->out.owner = run->err.owner = run;
    run->channel.fd = run->pidfd.fd = run->denials.source.fd = run->out.source.fd =
        run->err.source.fd = -EBADF;
    run->cgroup = (struct cgroup){-EBADF, -EBADF, -EBADF, 0};
    run->reply.memfd = run->result.output_memfd = -EBADF;
    return run;
}

int run_start(struct loop *loop, const struct spawn_context *context, const struct run_job *job,
              void (*done)(void *owner), void *owner, struct run **ret_run)
{
    struct run *run = new_run(loop);
    int r;

    if (!run)
        return -ENOMEM;
    run->done = done;
    run->owner = owner;
    run->host_pids = job->sandbox->host_pids;
    run->linger_ms = job->sandbox->linger_ms;
    run->grace_most_ms = job->grace_ms;
    r = begin(run, context, job);
    if (r < 0) {
        run_free(run);
        return r;
    }
    run_arm_deadline(run, job->deadline_ms, job->grace_ms);
    *ret_run = run;
    return 0;
}
