/*
 * A plan while it is made: its limits. Helper.
 *
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */
#pragma once

#include "draft.h"
#include "host.h"
#include "profile.h"

/* Whether processes are bounded by the pid_max of a PID namespace of the script's own. */
bool sandbox_has_pid_max(const struct sandbox_host *host, const struct profile *profile);

void draft_limits(struct draft *draft, const struct profile *profile,
                  const struct sandbox_host *host);
