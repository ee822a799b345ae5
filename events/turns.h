/*
 * Whose turn it is: the lanes in which something waits and nothing runs. virteventd; who calls
 * holds the queue's lock.
 *
 * A lane is ready, first come first served, or will be at a time of its own (ready_ms).
 *
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */
#pragma once

#include "lane.h"

#include <stddef.h>
#include <stdint.h>

struct turns {
    struct lane *ready, **ready_end;
    size_t ready_count;
    struct lane *later; /* by time */
};

void turns_init(struct turns *turns);

/* A lane that is not listed yet; by its ready_ms. */
void turns_add(struct turns *turns, struct lane *lane);

/* One that is. */
void turns_remove(struct turns *turns, struct lane *lane);

/* Lanes whose time has come are ready, after those that are already. */
void turns_advance(struct turns *turns, uint64_t now_ms);
