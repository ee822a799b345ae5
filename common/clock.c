/*
 * Time as virthook counts it, in every process. Input here is trusted.
 *
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */
#include "clock.h"

#include <limits.h>
#include <time.h>

uint64_t clock_now_ms(void)
{
    struct timespec now;

    clock_gettime(CLOCK_MONOTONIC, &now);
    return (uint64_t)now.tv_sec * 1000 + (uint64_t)now.tv_nsec / 1000000;
}

int clock_timeout_ms(uint64_t deadline_ms)
{
    uint64_t now = clock_now_ms();

    if (deadline_ms == CLOCK_NEVER)
        return -1;
    if (deadline_ms <= now)
        return 0;
    if (deadline_ms - now > INT_MAX)
        return INT_MAX;
    return (int)(deadline_ms - now);
}

uint64_t clock_add_ms(uint64_t a, uint64_t b)
{
    uint64_t sum;

    if (__builtin_add_overflow(a, b, &sum))
        return CLOCK_NEVER;
    return sum;
}
