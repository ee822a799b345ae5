/*
 * Runners that were killed and are not yet dead: a process in state D keeps its namespace, while
 * the verdict has gone without it. Helper.
 *
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */
#pragma once

#include "loop.h"

#include <stddef.h>

/* Waits in the background for the end of a killed runner, whose pidfd it takes over. */
void undead_watch(struct loop *loop, int pidfd);

/* How many are still there, for status. */
size_t undead_count(void);

/* Waits no longer: what is still there ends without us. */
void undead_clear(void);
