/*
 * What keeps a script from its runner where both are the same user and see each other. Runner.
 *
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */
#pragma once

#include "plan.h"

/*
 * Before the filter is loaded: prepares the shield where the plan holds signals back and the script
 * sees this process. `*ret_fd` is the caller's, negative where there is none. Returns 0 or a
 * negative errno.
 */
int runner_make_shield(const struct plan *plan, int *ret_fd);
