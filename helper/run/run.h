/*
 * A run's state, shared by the files that lead it from its start to its end: supervise.c (begun,
 * given back), reports.c (what its runner says), stages.c (told to end, killed, given up), result.c
 * (what came of it). Helper.
 *
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */
#pragma once

#include "cgroup.h"
#include "denials.h"
#include "observed.h"
#include "process_tree.h"
#include "stream.h"
#include "supervise.h"

enum stage {
    STAGE_RUNNING,    /* the timer is for SIGTERM; the same while it lingers */
    STAGE_LAST_WORDS, /* only others than its main process are there: it is for SIGKILL */
    STAGE_TERMINATED, /* it is for SIGKILL */
    STAGE_KILLED,     /* it is for pressing on, and in the end for giving up */
    STAGE_DONE,
};

struct run {
    struct loop *loop;
    struct cgroups *cgroups; /* where it has one of its own */
    void (*done)(void *owner);
    void *owner;
    pid_t runner;                 /* 0 until its pidfd has come */
    struct source channel, pidfd; /* of the runner; its pidfd comes with its start */
    struct tree tree;             /* below the runner, where host_pids */
    struct cgroup cgroup;
    bool host_pids; /* no namespace ends with the runner */
    struct timer timer;
    enum stage stage;
    uint64_t started_ms, deadline_ms, grace_ms, give_up_ms;
    uint64_t exec_ms;                  /* 0 before */
    uint64_t linger_ms, grace_most_ms; /* as they were asked for */
    struct stream out, err;
    struct denials denials;
    struct observed observed;
    struct reply reply;
    bool killed, exited, failed;
    bool begins_to_linger, lingers; /* others live on after its main process, told or not */
    bool gone;                      /* and have ended by themselves */
    struct runner_report report;
    struct run_result result;
};

/* stages.c */
void run_arm(struct run *run, enum stage stage, uint64_t at_ms);
void run_arm_deadline(struct run *run, uint64_t deadline_ms, uint64_t grace_ms);
void run_timer_fired(struct timer *timer);
void run_kill(struct run *run);

/* Its main process has ended, and others of it live: they have the time for their last words. */
void run_await_last_words(struct run *run);

/* One of its streams, in `run`, has ended. */
void run_stream_ended(void *run);

/* Its main process has ended, or never was: the rest is given the time to die. */
void run_await_death(struct run *run);

/* The runner has ended: finishes, unless others are left that must be killed first. */
void run_note_runner_end(struct run *run);

void run_forget_source(struct run *run, struct source *source);

/* reports.c */
void run_channel_ready(struct source *source, uint32_t events);

/* result.c: fills the result, from what was reported and done: of all of it, or of the main process
 * while others linger. */
void run_conclude(struct run *run);
void run_conclude_main(struct run *run);
