/*
 * Landlock's part of a plan. Runner.
 *
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */
#pragma once

#include "plan.h"

/*
 * Restricts this process, for good: files may be written, made and removed below the writable paths
 * and the private folders alone, and executed, where the plan says so, below the executable ones;
 * signals and abstract sockets reach only what is inside, as far as the kernel's ABI goes.
 * no_new_privs is set. Returns 0, or a negative errno, with the path that it was about, if any.
 */
int runner_restrict(const struct plan *plan, const char **ret_path);
