/*
 * Reading a line as far as verifying goes. Admin's process; whatever bytes the line holds.
 *
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */
#pragma once

#include "chain.h"
#include "stretch.h"

/* The line that chain_next() has read. */
struct sighting sight(const struct chain *chain);
