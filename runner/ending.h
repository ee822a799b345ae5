/*
 * The end of all that descends from a script. Runner.
 *
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */
#pragma once

#include "process_tree.h"

#include <stdbool.h>

/* How the script's processes are reached. */
struct ending {
    bool is_init; /* PID 1: whoever is in the namespace is the script's, and ends with this */
    struct tree
        tree; /* else what descends from this; its /proc is from before the script's was made */
    int cgroup_kill; /* cgroup.kill of the script's cgroup, or negative */
};

/* At the runner's start: where it is no PID 1, orphans come to it all the same. */
void runner_prepare_ending(struct ending *ret_ending);

/* SIGTERM to all; who is stopped gets it only by going on, hence a SIGCONT after it. */
void runner_terminate(const struct ending *ending);

/* Kills all, and ends once nobody is left. `signal_fd` tells of SIGCHLD, non-blocking. */
void runner_end(const struct ending *ending, int signal_fd) __attribute__((noreturn));
