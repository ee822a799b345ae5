/*
 * A run's way to its end: told to end, killed, given up. Helper. One timer walks through the
 * stages.
 *
 * In a PID namespace of its own all of the script ends with the runner. Without one the runner
 * kills what descends from it, and ends when nobody does. That is pressed on with, from here, by
 * the script's cgroup and with the helper's privilege: a script may have stopped, starved or killed
 * its runner, or become another user, whom the runner may not signal.
 *
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */
#include "run.h"

#include "clock.h"
#include "strays.h"

#include "cleanup.h"

#include <signal.h>
#include <sys/pidfd.h>
#include <sys/socket.h>

/* How often a killed tree is looked after, in milliseconds: its runner alone needs one or two. */
#define PRESS_MS 10

/* Processes that are counted before they are killed: each takes the loop some 60 µs. */
#define COUNT_MAX 256

void run_forget_source(struct run *run, struct source *source)
{
    if (source->fd < 0)
        return;
    loop_remove(run->loop, source);
    close_fd(&source->fd);
}

void run_arm(struct run *run, enum stage stage, uint64_t at_ms)
{
    run->stage = stage;
    loop_arm(run->loop, &run->timer, at_ms);
}

void run_arm_deadline(struct run *run, uint64_t deadline_ms, uint64_t grace_ms)
{
    uint64_t now_ms = clock_now_ms();
    uint64_t left = deadline_ms > now_ms ? deadline_ms - now_ms : 0;

    run->deadline_ms = deadline_ms;
    run->grace_ms = grace_ms < left / 4 ? grace_ms : left / 4;
    run_arm(run, STAGE_RUNNING, deadline_ms - run->grace_ms);
}

static void finish(struct run *run)
{
    loop_disarm(&run->timer);
    run->stage = STAGE_DONE;
    run_conclude(run);
    run->done(run->owner);
}

static bool is_gone(const struct run *run)
{
    return run->pidfd.fd < 0 && cgroup_is_empty(&run->cgroup) && strays_kill() == 0;
}

static void send_order(struct run *run, uint32_t order)
{
    (void)!send(run->channel.fd, &order, sizeof(order), MSG_NOSIGNAL | MSG_DONTWAIT);
}

/* Where there is no namespace: once more to whoever is there. */
static void press(struct run *run)
{
    static const int signals[] = {SIGKILL};

    cgroup_kill(&run->cgroup);
    if (run->pidfd.fd < 0)
        return;
    tree_signal(&run->tree, signals, 1);
    pidfd_send_signal(run->pidfd.fd, SIGCONT, NULL, 0);
    /* Its number is its own: it is reaped by the kernel, with its pidfd. */
    if (run->cgroups && run->runner > 0)
        cgroups_take_in(run->cgroups, run->runner);
}

static void arm_killed(struct run *run)
{
    uint64_t next_ms = clock_now_ms() + PRESS_MS;

    if (!run->host_pids || next_ms > run->give_up_ms)
        next_ms = run->give_up_ms;
    run_arm(run, STAGE_KILLED, next_ms);
}

void run_await_death(struct run *run)
{
    run->give_up_ms = clock_add_ms(clock_now_ms(), RUN_DEATH_MS);
    arm_killed(run);
}

/* Once: who is killed later was forked meanwhile. */
static void count_living(struct run *run)
{
    struct tree tree;

    if (run->result.has_killed || run->pidfd.fd < 0 ||
        tree_find(strays_proc(), run->runner, &tree) < 0)
        return;
    run->result.killed = tree_count(&tree, COUNT_MAX);
    run->result.has_killed = true;
}

void run_kill(struct run *run)
{
    run->killed = true;
    count_living(run);
    if (run->host_pids) {
        send_order(run, RUNNER_KILL);
        press(run);
    } else if (run->pidfd.fd >= 0) {
        pidfd_send_signal(run->pidfd.fd, SIGKILL, NULL, 0);
    }
    run_await_death(run);
}

static bool is_silent(const struct run *run)
{
    return run->out.source.fd < 0 && run->err.source.fd < 0;
}

void run_await_last_words(struct run *run)
{
    uint64_t end_ms = clock_add_ms(clock_now_ms(), RUN_LAST_WORDS_MS);

    if (is_silent(run))
        run_kill(run);
    else
        run_arm(run, STAGE_LAST_WORDS, end_ms < run->deadline_ms ? end_ms : run->deadline_ms);
}

void run_stream_ended(void *run)
{
    struct run *ended = run;

    if (ended->stage == STAGE_LAST_WORDS && is_silent(ended))
        run_kill(ended);
}

static void terminate(struct run *run, uint64_t kill_at_ms)
{
    /* Where the order cannot be sent, SIGKILL comes all the same. */
    send_order(run, RUNNER_TERMINATE);
    run_arm(run, STAGE_TERMINATED, kill_at_ms);
}

static void look_after_death(struct run *run)
{
    if (run->host_pids && is_gone(run)) {
        finish(run);
        return;
    }
    if (clock_now_ms() >= run->give_up_ms) {
        run->result.unkillable = true;
        finish(run);
        return;
    }
    press(run);
    arm_killed(run);
}

void run_timer_fired(struct timer *timer)
{
    struct run *run = container_of(timer, struct run, timer);

    switch (run->stage) {
    case STAGE_RUNNING:
        run->result.timed_out = true;
        terminate(run, run->deadline_ms);
        break;
    case STAGE_LAST_WORDS:
    case STAGE_TERMINATED:
        run_kill(run);
        break;
    case STAGE_KILLED:
        look_after_death(run);
        break;
    case STAGE_DONE:
        break;
    }
}

void run_note_runner_end(struct run *run)
{
    if (!run->host_pids || is_gone(run)) {
        finish(run);
        return;
    }
    press(run);
    if (run->stage != STAGE_KILLED)
        run_await_death(run);
}

void run_cancel(struct run *run)
{
    uint64_t kill_at_ms = clock_add_ms(clock_now_ms(), run->grace_ms);

    if (run->stage != STAGE_RUNNING)
        return;
    run->result.cancelled = true;
    terminate(run, kill_at_ms < run->deadline_ms ? kill_at_ms : run->deadline_ms);
}
