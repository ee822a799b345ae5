/*
 * The file system that a script sees. Runner.
 *
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */
#pragma once

#include "plan.h"

/*
 * Makes this process's mount namespace what the plan says: everything read-only but the writable
 * paths; /run empty but for the sockets; /dev small and /tmp its own where asked (the detached
 * mount `tmp`, or where that is negative a fresh one); the hidden paths empty. Returns 0, or a
 * negative errno with the path that failed in `*ret_path`.
 */
int runner_mount(const struct plan *plan, int tmp, const char **ret_path);
