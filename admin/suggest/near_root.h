/*
 * Which grants make a script near root: the helper knows. Admin's process.
 *
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */
#pragma once

#include "grants.h"
#include "places.h"

/*
 * Sets `near_root` of those that do. Returns 0; or an exit status where a complaint was made, with
 * nothing set: no helper answered.
 */
int near_root_find(const struct places *places, struct grants *grants);
