/*
 * What this host can give to a sandbox. Helper.
 *
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */
#pragma once

#include <stdbool.h>

/* What this kernel offers, looked up once, and what is hidden from every script. */
struct sandbox_host {
    int landlock_abi; /* 0: none */
    bool notify;      /* denied system calls can ask */
    bool session;     /* not root: no change of user */
    bool own_pid_max; /* a PID namespace has one of its own: Linux 6.14 and later */
    bool namespaces;  /* PID, mount and the other namespaces can be made */
    const char *log;  /* the audit log's file or folder that is in use; borrowed; NULL: none */
};

void sandbox_look(struct sandbox_host *ret_host);
