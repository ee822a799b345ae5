/*
 * Named sets of system calls, with the names and the meaning that systemd.exec(5) gives them.
 * Helper.
 *
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */
#pragma once

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/* One set: names of system calls, and of other sets ("@chown"), NULL-terminated. */
struct syscall_set {
    const char *name; /* "@mount" */
    const char *about;
    const char *const *members;
};

/* The sets in one fixed order; NULL past the last. */
const struct syscall_set *syscall_set_at(size_t index);

/* The set of this name, or NULL. */
const struct syscall_set *syscall_set_find(const char *name);

/*
 * The sets among these names, NULL-terminated, and those that they name in turn: bit n is
 * syscall_set_at(n). Names that are no set are passed over. NULL is a list too: of none.
 */
uint64_t syscall_sets_reached(const char *const *names);

/* Whether one of these names is this call, or a set that reaches it. */
bool syscalls_reach(const char *const *names, const char *call);
