/*
 * The helper's child between clone and exec.
 *
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */
#pragma once

#include "spawn.h"

/* Clones, with these namespaces beside the usual ones; returns the PID in the parent with
 * `*ret_pidfd`, 0 in the child, or a negative errno. */
pid_t child_clone(const struct spawn_context *context, uint64_t flags, int *ret_pidfd);

/* Makes the namespace what a runner expects. Returns 0, or a negative errno with the step. */
int child_enter(const struct spawn_context *context, enum runner_step *ret_step);

/* All that the child does: it becomes the runner, or reports on `channel` why not and ends. */
void child_become_runner(const struct spawn_context *context, int channel)
    __attribute__((noreturn));
