/*
 * From the runner to the script: the fork, and what the child does until its exec. Runner.
 *
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */
#pragma once

#include "job.h"
#include "plan.h"

#include <sys/types.h>

/* A job as received: what to run, and its descriptors, the runner's to close. */
struct runner_job {
    struct job_strings strings;
    int fds[JOB_FDS];
    int tmp;       /* the mount that becomes /tmp, or negative */
    int shield_fd; /* see shield.h; negative: none */
};

/*
 * Forks the script. `*ret_exec_fd`, a socket, tells how its exec went: it ends with no packet where
 * that succeeded, else it holds a runner_report. Where the plan is permissive a RUNNER_LISTENER
 * comes before that: the filter is the script's alone, so that the runner can look on. Returns the
 * script's PID, or a negative errno.
 */
pid_t runner_fork_script(const struct runner_job *job, const struct plan *plan, int *ret_exec_fd);
