/*
 * A plan while it is made: what a profile says becomes what the runner does. Helper.
 *
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */
#pragma once

#include "draft.h"
#include "host.h"
#include "profile.h"

/* `scripts` are the places of the scripts, ended by NULL. Returns 0, or a negative errno, perhaps
 * with the draft's `problem`. */
int draft_profile(struct draft *draft, const struct profile *profile,
                  const struct sandbox_host *host, const char *const *scripts);
