/*
 * A permissive script's filter, which is the script's alone. Runner; between fork and exec.
 *
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */
#pragma once

#include "plan.h"

/*
 * Loads the plan's filter and sends its listener, with a RUNNER_LISTENER, by `channel`, where the
 * runner answers from now on. Returns 0 or a negative errno: -EBUSY where something above this
 * process listens already.
 */
int child_load_filter(const struct plan *plan, int channel);
