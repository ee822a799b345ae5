/*
 * A plan while it is made: its limits. Helper.
 *
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */
#pragma once

#include "draft.h"
#include "host.h"
#include "profile.h"

void draft_limits(struct draft *draft, const struct profile *profile,
                  const struct sandbox_host *host);
