/*
 * One script from its start to the death of its last process. Helper.
 *
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */
#pragma once

#include "cgroup.h"
#include "loop.h"
#include "prepare.h"
#include "spawn.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/*
 * How long the kernel is given to end a killed tree before the verdict goes without it, in
 * milliseconds. The end of a PID namespace with 20 processes takes 1 ms; where eight others want
 * each processor, more than 300 ms. The client's grace is 1 s.
 */
#define RUN_DEATH_MS 500

/*
 * How long what a script leaves behind has, in milliseconds, to say what is still to be said, where
 * it holds the script's stdout or stderr: bash's `exec > >(tee -a log)` leaves a tee that has yet
 * to write its last lines. It needs a turn of the processor, which eight others may want too.
 */
#define RUN_LAST_WORDS_MS 1000

struct run;

/* What to run. All is borrowed until run_start() returns. */
struct run_job {
    struct job job; /* but for what the others say */
    const struct sandbox *sandbox;
    struct cgroups *cgroups;     /* not borrowed: longer there than the run */
    const struct spawn_tmp *tmp; /* the guest's own /tmp; NULL: none */
    int net_ns_fd;               /* in place of a fresh network; negative: none */
    int stdin_memfd;             /* opened afresh for the script; negative: /dev/null */
    bool filter;                 /* stdout is the new XML */
    size_t output_max;           /* bytes of it */
    size_t output_kept;          /* bytes of the end of each other stream */
    uint64_t deadline_ms;        /* CLOCK_MONOTONIC: SIGKILL */
    uint64_t grace_ms; /* before that: SIGTERM; at most a quarter of the time is used for it */
};

/* How it ended. */
struct run_result {
    int exit_status;      /* -1 where it did not exit */
    int signal;           /* 0 where no signal ended it */
    bool timed_out;       /* it was told to end, or killed, because of the deadline */
    bool cancelled;       /* the same, because of run_cancel() */
    bool output_over;     /* new XML over its limit */
    char *problem;        /* why it did not run, or how the runner failed, or NULL */
    bool unkillable;      /* processes of it were still there RUN_DEATH_MS after SIGKILL */
    uint64_t setup_ms;    /* from its start to its exec, or to its end where none came */
    uint64_t duration_ms; /* from its exec to its end; 0 where none came */
    bool has_killed;      /* it is known how many processes had to be killed at its end: */
    uint64_t killed;
    bool has_usage; /* its runner told */
    uint64_t user_ms, system_ms, memory_peak_kib;
    uint64_t stdout_bytes, stderr_bytes;
    uint64_t stdout_dropped, stderr_dropped; /* of these, over what is kept */
    char *stdout_tail, *stderr_tail; /* safe text; NULL where nothing is kept of that stream */
    char *denied;   /* refused system calls as denials_text() gives them, or NULL */
    char *observed; /* what a permissive script did, as observed_text() gives it, or NULL */
    char *profile, *enforced; /* of its sandbox, which a reload may have replaced by now */
    char *capabilities;       /* likewise, or NULL */
    bool lists_programs;      /* likewise: nothing else may be executed */
    bool labelled;            /* likewise: SELinux has a domain for it */
    uid_t uid;                /* it ran as */
    gid_t gid;
    int output_memfd; /* the sealed new XML; negative where blank, over, or none */
};

/*
 * Before the first one: orphans of scripts come to this process. Returns 0, -ENOENT where the
 * kernel does not list a process's children, or another negative errno; what is killed then is only
 * what namespaces and cgroups hold.
 */
int run_prepare(void);

/* After the last one. */
void run_end_all(void);

/*
 * Starts it. `done` is called once, from the loop, never from inside run_start(), when the main
 * process has ended and the tree is dead or unkillable. Returns 0 (run_free() gives back) or a
 * negative errno.
 */
int run_start(struct loop *loop, const struct spawn_context *context, const struct run_job *job,
              void (*done)(void *owner), void *owner, struct run **ret_run);

/*
 * Inside `done`: whether only its main process has ended, and others live on as the profile's
 * linger allows. Its result tells of the main process then. run_linger() lets them: `done` is
 * called anew when all have ended, by themselves, at the end of their time (timed_out) or after
 * run_cancel() (cancelled); the result then has what was written since, the time since, and all
 * that was denied.
 */
bool run_lingers(const struct run *run);
void run_linger(struct run *run, void (*done)(void *owner), void *owner);

/* SIGTERM now, SIGKILL after the grace, never later than the deadline. */
void run_cancel(struct run *run);

/* The result, once `done` was called; what it holds stays the run's, but for output_memfd. */
struct run_result *run_get_result(struct run *run);

/*
 * Gives back a run that is done, or ends one that is not, at once and without `done`. What the
 * kernel does not let die is waited for in the background. NULL is allowed.
 */
void run_free(struct run *run);
