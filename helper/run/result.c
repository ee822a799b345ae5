/*
 * What came of a run. Helper. What scripts wrote is made safe text here; else it stays opaque.
 *
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */
#include "run.h"

#include "cleanup.h"
#include "clock.h"

#include <signal.h>
#include <stdio.h>
#include <string.h>
#include <sys/wait.h>

static const char unlisted[] = "; the profile's list of executable paths must hold it and what its "
                               "first line names";

static const char unlabelled[] = "; SELinux may forbid it: label the script (restorecon), see what "
                                 "was denied (ausearch -m avc)";

/* What may be the cause of an exec that is not permitted; the profile's list before all. */
static const char *advise(const struct run *run)
{
    if (run->report.step != RUNNER_STEP_EXEC || run->report.error != EACCES)
        return "";
    if (run->result.lists_programs)
        return unlisted;
    return run->result.labelled ? unlabelled : "";
}

static void describe_failure(struct run *run)
{
    const char *step = spawn_step_text(run->report.step);

    if (run->report.step == RUNNER_STEP_EXEC && run->report.error == ENOEXEC)
        run->result.problem = strdup("it is no program: begin it with a line such as #!/bin/sh");
    else if (asprintf(&run->result.problem, "cannot %s%s%s: %s%s", step,
                      *run->report.path ? " at " : "", run->report.path,
                      strerror(run->report.error), advise(run)) < 0)
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

/* Of what lingered: that it has ended. How its main process did was told before. */
static void conclude_linger(struct run *run)
{
    struct run_result *result = &run->result;

    result->duration_ms = clock_now_ms() - run->started_ms;
    if (!run->gone && !result->timed_out && !result->cancelled)
        result->problem = strdup("its runner was killed from outside, or by lack of memory");
}

/* What was used until the main process ended. */
static void conclude_usage(struct run *run)
{
    const struct runner_usage *usage = &run->report.usage;
    struct run_result *result = &run->result;

    if (!run->exited)
        return;
    result->has_usage = true;
    result->user_ms = usage->user_us / 1000;
    result->system_ms = usage->system_us / 1000;
    result->memory_peak_kib = usage->memory_peak_kib;
}

static void conclude_output(struct run *run)
{
    struct run_result *result = &run->result;

    result->denied = denials_text(&run->denials);
    result->observed = observed_text(&run->observed);
    result->stderr_bytes = run->err.tail.total;
    result->stderr_dropped = tail_dropped(&run->err.tail);
    result->stderr_tail = tail_text(&run->err.tail);
    if (!run->out.reply) {
        result->stdout_bytes = run->out.tail.total;
        result->stdout_dropped = tail_dropped(&run->out.tail);
        result->stdout_tail = tail_text(&run->out.tail);
        return;
    }
    result->stdout_bytes = run->reply.total;
    result->stdout_dropped = reply_dropped(&run->reply);
    result->output_over = reply_is_over(&run->reply);
    if (result->output_over || run->reply.blank)
        return;
    if (reply_take(&run->reply, &result->output_memfd) < 0 && !result->problem)
        result->problem = strdup("its output could not be kept: lack of memory");
}

/* Of what lingered: see conclude_linger(). */
static void conclude_times(struct run *run)
{
    uint64_t now_ms = clock_now_ms();
    uint64_t exec_ms = run->exec_ms ? run->exec_ms : now_ms;

    run->result.setup_ms = exec_ms - run->started_ms;
    run->result.duration_ms = now_ms - exec_ms;
}

static void conclude_main(struct run *run)
{
    conclude_status(run);
    conclude_times(run);
    conclude_usage(run);
}

void run_conclude(struct run *run)
{
    stream_drain(&run->out);
    stream_drain(&run->err);
    if (run->lingers)
        conclude_linger(run);
    else
        conclude_main(run);
    conclude_output(run);
}

void run_conclude_main(struct run *run)
{
    stream_catch_up(&run->out);
    stream_catch_up(&run->err);
    conclude_main(run);
    conclude_output(run);
}
