/*
 * What a script gets to know: its arguments and its environment. Helper.
 *
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */
#pragma once

#include "job.h"
#include "message.h"

/* The user that a script runs as, as its environment names it; all borrowed. */
struct environment_user {
    const char *name, *home;
    bool session; /* not root: scripts talk to the user's own libvirt */
};

/* Argument and environment strings of one script; all of them owned here. */
struct environment {
    const char *argv[8];
    char *owned[JOB_STRINGS_MAX];
    size_t count;
    const char *envp[JOB_STRINGS_MAX + 1];
};

/*
 * argv as libvirt makes it (path, object, operation, sub-operation, extra; of an event the kind
 * stands before the object) and a clean environment. `call_id` is the audit log's. Strings of
 * `path` and `request` are borrowed. Returns 0 or -ENOMEM.
 */
int environment_make(const struct environment_user *user, const char *path, const char *call_id,
                     const struct message_call *request, struct environment *ret_environment);
void environment_clear(struct environment *environment);
