/*
 * From the script's start to the end of all that descends from it. Runner.
 *
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */
#pragma once

#include "ending.h"
#include "job.h"
#include "observe.h"
#include "plan.h"

#include <sys/types.h>

struct follow {
    struct ending ending;
    const struct plan *plan;
    struct observer *observer; /* of a permissive script, prepared */
    pid_t script;
    int exec_fd;   /* tells how the script's exec went, see script.h */
    int signal_fd; /* tells of SIGCHLD; non-blocking */
    int listener;  /* of a permissive script's filter; negative until it has come */
    struct runner_usage usage;
};

/* Reports, obeys and reaps; ends with the last of the script's processes. */
void runner_follow(struct follow *follow) __attribute__((noreturn));
