/*
 * How long a script took, over any number of runs in memory that does not grow. Admin's process.
 *
 * A power of two of milliseconds is counted in 16 steps: exact below 32 ms, above that a percentile
 * is at most 1/32 off.
 *
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */
#pragma once

#include <stddef.h>
#include <stdint.h>

/* What a percentile can be off, in percent, rounded up. */
#define DURATIONS_ERROR_PERCENT 4

/* 16 below 16 ms, then 16 for each power of two up to 2^32 ms, 49 days. */
#define DURATIONS_STEPS ((size_t)(16 + 28 * 16))

/* Bounds of the histogram that is shown; what is over the last one is counted behind it. */
#define DURATIONS_BOUNDS 9
extern const uint64_t durations_bounds_ms[DURATIONS_BOUNDS];

/* All zero at first. */
struct durations {
    uint64_t count, sum_ms, max_ms;
    uint64_t steps[DURATIONS_STEPS];
    uint64_t histogram[DURATIONS_BOUNDS + 1]; /* up to each bound, and over that before it */
};

void durations_add(struct durations *durations, uint64_t ms);

/* The duration that `percent` (1 to 100) of all did not exceed; 0 where there is none. */
uint64_t durations_percentile(const struct durations *durations, unsigned percent);
