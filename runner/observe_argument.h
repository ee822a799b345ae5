/*
 * What a permissive script's call tells by its plain arguments. Runner.
 *
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */
#pragma once

#include "observe.h"

/* Tells of the capability that the call needs, or that no profile grants it so. */
void observe_argument(const struct question *question);
