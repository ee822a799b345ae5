/*
 * What this host can give to a sandbox. Helper.
 *
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */
#pragma once

#include "text_list.h"
#include "user_ns.h"

#include <stdbool.h>

/* Bytes of a context of SELinux's, its NUL included; those of the reference policy have some 50. */
#define SANDBOX_CONTEXT_SIZE 256

/* What this kernel offers, looked up once; what the helper has tried and chosen of it; and what is
 * hidden from every script. */
struct sandbox_host {
    int landlock_abi;              /* 0: none */
    bool notify;                   /* denied system calls can ask */
    bool session;                  /* not root: no change of user */
    bool own_pid_max;              /* a PID namespace has one of its own: Linux 6.14 and later */
    bool namespaces;               /* PID, mount and the other namespaces can be made */
    bool user_namespaces;          /* by way of a user namespace */
    bool own_proc;                 /* with a new /proc */
    bool cgroup;                   /* scripts can have a cgroup of their own each */
    bool cgroup_pids;              /* which bounds their processes */
    const struct user_ns_map *map; /* of a helper that is an ordinary user: whom its scripts can be;
                                      NULL: any user; borrowed */
    const char *log; /* the audit log's file or folder that is in use; borrowed; NULL: none */
    char selinux[SANDBOX_CONTEXT_SIZE]; /* the helper's own context; empty: SELinux is off */
};

/* The kernel's part, the first four and the last; all else is false. */
void sandbox_look(struct sandbox_host *ret_host);

/* Whether PID namespaces bound their own processes; it is written by their own /proc. */
bool sandbox_host_counts(const struct sandbox_host *host);

/* Adds a sentence for each thing that this host cannot give, with what follows from that. Returns 0
 * or -ENOMEM. */
int sandbox_tell_lacks(const struct sandbox_host *host, struct text_list *lacks);
