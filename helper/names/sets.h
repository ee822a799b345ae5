/*
 * Named sets of system calls, with the names and the meaning that systemd.exec(5) gives them.
 * Helper.
 *
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */
#pragma once

#include <stdbool.h>
#include <stddef.h>

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

/* Whether one of these names, NULL-terminated, is this call or a set that holds it. NULL is a list
 * too: of none. */
bool syscalls_reach(const char *const *names, const char *call);
