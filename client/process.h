/*
 * The private helper as a process: started, ended, reaped. Caller's process.
 *
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */
#pragma once

#include "settings.h"

#include <stdbool.h>
#include <sys/types.h>

/*
 * A helper that we started. It is named by its pidfd throughout, so that a number that the kernel
 * gave to another process meanwhile is never signalled or waited for.
 */
struct process {
    pid_t pid; /* for messages; 0 where there is no process */
    int pidfd; /* negative once it is reaped, and where there is none */
    int code; /* how it ended, once reaped: CLD_… of waitid(2), or 0 where somebody else took it */
    int status; /* its exit status or signal */
};

#define PROCESS_NONE ((struct process){.pidfd = -EBADF})

/*
 * Starts the helper of the settings, and gives our end of its channel. Both belong to the caller
 * then. Returns 0 or a negative errno, that of the helper's exec
 * among them.
 */
int process_spawn(const struct settings *settings, struct process *ret_process, int *ret_socket);

/* Sends SIGKILL; does nothing where there is no process any more. */
void process_kill(const struct process *process);

/*
 * Reaps the process if it ends within `wait_ms`. Returns whether nothing is left of it, which is so
 * too where there was none.
 */
bool process_reap(struct process *process, int wait_ms);

/* "exited with status 1", "was ended by signal 9": in words, into `ret_text`; for a reaped process.
 */
void process_describe_end(const struct process *process, char *ret_text, size_t size);
