/*
 * The helper's children before an exec.
 *
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */
#pragma once

#include "spawn.h"

/* Returns the starter's PID in the helper with `*ret_pidfd`, 0 in the starter, or a negative errno.
 */
pid_t child_clone_starter(int *ret_pidfd);

/*
 * All that a starter does: it makes the runner, a child of the helper's, which execs; reports on
 * `channel` what came of it; and ends.
 */
void child_start(const struct spawn_context *context, const struct spawn_request *request,
                 int channel) __attribute__((noreturn));

/* Makes a runner's namespaces once, to see whether they can be had. Returns 0 or a negative errno.
 */
int child_try(const struct spawn_context *context);
