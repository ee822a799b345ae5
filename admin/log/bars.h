/*
 * A start or stop of a guest as bars over time. Admin's process.
 *
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */
#pragma once

#include "timeline.h"

/* Prints it on stdout, as wide as the terminal. There is at least one call. */
void bars_print(const struct timeline *timeline);
