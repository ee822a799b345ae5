/*
 * Events shown, and nothing run (--print). virteventd.
 *
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */
#pragma once

#include "options.h"

/* Until a signal, or until nobody reads stdout. Returns the exit status. */
int show(const struct options *options);
