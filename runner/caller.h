/*
 * What the arguments of a permissive script's system call point to. Runner.
 *
 * The memory is the script's: it may change while it is looked at, and looking may wait as long as
 * the script likes (userfaultfd(2), a file system that does not answer). So this is done here,
 * where nobody waits but the script itself, and what comes of it is a record and no decision.
 *
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */
#pragma once

#include <limits.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <sys/types.h>

/*
 * Reads `size` bytes of a thread's memory. Returns 0, or -EFAULT and the like.
 */
int caller_read(pid_t thread, uint64_t address, void *buffer, size_t size);

/*
 * The path that a call names, absolute, and with no symbolic link in it but where it says /proc; at
 * its end they are followed only if `follow`. `folder` is a descriptor of the thread or AT_FDCWD;
 * it alone is meant where `address` is 0, or leads to an empty string.
 *
 * Returns 0; -ENOENT where there is no such folder, so that the call fails anyway; -ENOTDIR where
 * the descriptor is no file's; else a negative errno: it cannot be told.
 */
int caller_find_path(pid_t thread, int folder, uint64_t address, bool follow,
                     char ret_path[PATH_MAX]);

/* The same of a path that is known, as the thread wrote it. */
int caller_complete_path(pid_t thread, const char *text, bool follow, char ret_path[PATH_MAX]);

/* Whether the thread acts as another user than scripts begin with: it has taken that one's place,
 * and would have strictly. */
bool caller_has_changed_user(pid_t thread);

/* Whether `path`, absolute, leads to a descriptor that the thread holds: "/dev/stderr". */
bool caller_path_is_descriptor(const char *path);
