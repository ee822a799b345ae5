/*
 * A plan while it is made: Landlock's part. Helper.
 *
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */
#pragma once

#include "draft.h"
#include "host.h"
#include "profile.h"

/* Whether its list of executable paths is not simply everything. */
bool profile_lists_programs(const struct profile *profile);

/* Whether a script may mount: Landlock's rules for files would refuse it, whatever the
 * capabilities. */
bool profile_may_mount(const struct profile *profile);

void draft_landlock(struct draft *draft, const struct profile *profile,
                    const struct sandbox_host *host);
