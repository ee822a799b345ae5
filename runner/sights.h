/*
 * What was seen of a permissive script: each different thing is told to the helper once. Runner.
 *
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */
#pragma once

#include "job.h"

#include <linux/seccomp.h>
#include <stddef.h>
#include <stdint.h>

/* Slots of the set of what was told; three in four stay free. */
#define SIGHTS_SLOTS (4 * RUNNER_SIGHTS_MAX)

/* Large: it belongs into static memory, and starts as zeros but for the first two. */
struct sights {
    void (*report)(const struct runner_report *report);
    int listener;
    size_t told;
    uint64_t hashes[SIGHTS_SLOTS]; /* 0: free */
};

/*
 * Tells of what this call did, unless it was told before: `value` and `path` as struct
 * runner_observed and the report have them, NULL for no path. Nothing is told where the call has
 * ended meanwhile: what was read could be of another process. After RUNNER_SIGHTS_MAX - 1 things
 * the rest is one SIGHT_MORE.
 */
void sights_tell(struct sights *sights, const struct seccomp_notif *call, enum runner_sight sight,
                 uint32_t value, const char *path);
