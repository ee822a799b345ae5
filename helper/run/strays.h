/*
 * Processes of scripts whose runner died before them: where they are in no PID namespace, they have
 * become the helper's own children. Helper.
 *
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */
#pragma once

#include <stdbool.h>
#include <stddef.h>
#include <sys/types.h>

/*
 * Has orphans come to this process; `is_ours` says which of its children are runners and starters.
 * Returns 0, -ENOENT where the kernel does not list a process's children, or another negative
 * errno.
 */
int strays_take_in(bool (*is_ours)(pid_t child));
void strays_clear(void);

/* Kills them and all that descends from them. Returns how many there were: the caller comes again
 * until there are none. */
size_t strays_kill(void);

/* The folder of processes that was opened for this. */
int strays_proc(void);
