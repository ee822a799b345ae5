/*
 * Is there anything to run? Caller's process.
 *
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */
#pragma once

#include "settings.h"

#include <stdbool.h>

/*
 * Whether a helper must be asked: false only where it is certain that the driver has neither a
 * script nor anything in its directory of scripts. `driver` is a known one.
 */
bool presence_is_possible(const struct settings *settings, const char *driver);
