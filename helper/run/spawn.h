/*
 * Making a runner: a fresh PID and mount namespace with its own /proc, and virthook-runner as PID 1
 * in it. Helper; the functions named child_… run between clone and exec.
 *
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */
#pragma once

#include "job.h"

#include <stdbool.h>
#include <sys/resource.h>
#include <sys/types.h>

/* spawn_prepare() found that no runner can be made here. */
#define SPAWN_E_REFUSED 1

/* All that a spawn needs, made once at start. */
struct spawn_context {
    int runner_fd;       /* the runner's binary */
    int null_fd;         /* /dev/null */
    bool user_namespace; /* PID namespaces come by way of a user namespace: the helper has no
                            CAP_SYS_ADMIN */
    bool own_proc;       /* scripts see a /proc of their own namespace */
    char uid_map[64], gid_map[64];
    struct rlimit files; /* RLIMIT_NOFILE of scripts; set by the caller */
};

/* A runner that waits for its job; the descriptors are the caller's. */
struct runner {
    pid_t pid;
    int pidfd;
    int channel; /* non-blocking; see job.h */
};

/*
 * Opens the runner's binary at `path` and tries which namespaces this process may make; `files`
 * stays as it is. Returns 0 (spawn_clear() gives back), SPAWN_E_REFUSED with a sentence in
 * `*ret_error` that the caller frees, or a negative errno.
 */
int spawn_prepare(const char *path, struct spawn_context *ret_context, char **ret_error);
void spawn_clear(struct spawn_context *context);

/*
 * `clone_flags` are of namespaces beside those that every runner has. Returns 0 or a negative
 * errno. The exec itself is still to come: its failure is a report.
 */
int spawn_runner(const struct spawn_context *context, uint64_t clone_flags,
                 struct runner *ret_runner);

/* Sends the job with its three descriptors, which stay the caller's. Returns 0 or a negative errno.
 */
int spawn_send_job(const struct runner *runner, const struct job *job, const int fds[JOB_FDS]);

/* What the runner was doing at this step, for a sentence: "run the script". */
const char *spawn_step_text(enum runner_step step);
