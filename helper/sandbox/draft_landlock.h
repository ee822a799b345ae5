/*
 * A plan while it is made: Landlock's part. Helper.
 *
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */
#pragma once

#include "draft.h"
#include "host.h"
#include "profile.h"

void draft_landlock(struct draft *draft, const struct profile *profile,
                    const struct sandbox_host *host);
