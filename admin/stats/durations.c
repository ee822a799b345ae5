/*
 * How long a script took, over any number of runs in memory that does not grow. Admin's process;
 * any number may stand in a log.
 *
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */
#include "durations.h"

/* Steps of a power of two, and their exponent. */
#define STEPS      16
#define STEPS_LOG2 4

const uint64_t durations_bounds_ms[DURATIONS_BOUNDS] = {3,    10,   30,    100,  300,
                                                        1000, 3000, 10000, 30000};

static size_t step_of(uint64_t ms)
{
    unsigned exponent;

    if (ms < STEPS)
        return (size_t)ms;
    if (ms > UINT32_MAX)
        return DURATIONS_STEPS - 1;
    exponent = 63 - (unsigned)__builtin_clzll(ms);
    return (exponent - STEPS_LOG2 + 1) * STEPS + ((ms >> (exponent - STEPS_LOG2)) & (STEPS - 1));
}

/* The middle of what is counted in this step. */
static uint64_t middle_of(size_t step)
{
    unsigned shift;
    uint64_t lowest;

    if (step < STEPS)
        return step;
    shift = (unsigned)(step / STEPS) - 1;
    lowest = (uint64_t)(STEPS + step % STEPS) << shift;
    return lowest + ((1ULL << shift) - 1) / 2;
}

static size_t bar_of(uint64_t ms)
{
    size_t i = 0;

    while (i < DURATIONS_BOUNDS && ms > durations_bounds_ms[i])
        i++;
    return i;
}

void durations_add(struct durations *durations, uint64_t ms)
{
    durations->count++;
    if (__builtin_add_overflow(durations->sum_ms, ms, &durations->sum_ms))
        durations->sum_ms = UINT64_MAX;
    if (ms > durations->max_ms)
        durations->max_ms = ms;
    durations->steps[step_of(ms)]++;
    durations->histogram[bar_of(ms)]++;
}

uint64_t durations_percentile(const struct durations *durations, unsigned percent)
{
    uint64_t rank = (durations->count / 100) * percent +
                    (durations->count % 100 * percent + 99) / 100;
    uint64_t seen = 0;
    size_t step = 0;

    if (durations->count == 0)
        return 0;
    while (step < DURATIONS_STEPS && (seen += durations->steps[step]) < rank)
        step++;
    if (step >= DURATIONS_STEPS - 1 || middle_of(step) > durations->max_ms)
        return durations->max_ms;
    return middle_of(step);
}
