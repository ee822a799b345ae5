/*
 * What this helper is doing, and what it enforces. Helper.
 *
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */
#pragma once

#include "state.h"

/* One JSON object, its keys in PROTOCOL.md; NULL where memory is short. The caller frees. */
char *status_json(const struct helper *helper);
