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
    bool namespaces;     /* can be made; else scripts live in those of the helper */
    bool user_namespace; /* PID namespaces come by way of a user namespace: the helper has no
                            CAP_SYS_ADMIN */
    bool own_proc;       /* scripts see a /proc of their own namespace */
    int user_ns_fd;      /* the helper's own user namespace, which runners are made in, or negative;
                            borrowed, set by the caller */
    char uid_map[64], gid_map[64];
    struct rlimit files; /* RLIMIT_NOFILE of scripts; set by the caller */
};

/* A guest's /tmp: a tmpfs at `path` of the mount namespace that keeps them, made where it is not
 * there. All is borrowed. */
struct spawn_tmp {
    int mount_ns_fd;
    const char *path, *options;
};

/* What a runner has beside what all have. */
struct spawn_request {
    uint64_t clone_flags;        /* namespaces */
    bool confined;               /* the runner carries out more than limits */
    const struct spawn_tmp *tmp; /* NULL: none */
    int net_ns_fd;               /* entered in place of a fresh network; negative: none; borrowed */
};

/*
 * Opens the runner's binary at `path` and tries which namespaces this process may make; `files`
 * and `user_ns_fd` stay as they are. Where none can be made scripts are told apart without them.
 * From then on the kernel reaps this process's children: their pidfds tell of their end. Returns 0
 * (spawn_clear() gives back), SPAWN_E_REFUSED with a sentence in `*ret_error` that the caller
 * frees, or a negative errno.
 */
int spawn_prepare(const char *path, struct spawn_context *ret_context, char **ret_error);
void spawn_clear(struct spawn_context *context);

/*
 * Makes a runner by way of a starter. `*ret_channel` is the caller's, non-blocking, see job.h; the
 * runner's pidfd comes over it, with the report RUNNER_SPAWNED. Returns 0 or a negative errno.
 */
int spawn_runner(const struct spawn_context *context, const struct spawn_request *request,
                 int *ret_channel);

/* Sends the job with its descriptors, which stay the caller's. Returns 0 or a negative errno. */
int spawn_send_job(int channel, const struct job *job, const int fds[JOB_FDS]);

/* Sends the mount of /tmp, which stays the caller's. Returns 0 or a negative errno. */
int spawn_send_tmp(int channel, int tmp);

/* What the runner was doing at this step, for a sentence: "run the script". */
const char *spawn_step_text(enum runner_step step);
