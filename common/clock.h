/*
 * Time as virthook counts it, in every process: milliseconds of CLOCK_MONOTONIC.
 *
 * Deadlines are absolute values of this clock, so that a step of the wall clock moves none of them.
 *
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */
#pragma once

#include <stdint.h>

#define CLOCK_NEVER UINT64_MAX

/* Now, in milliseconds of CLOCK_MONOTONIC. */
uint64_t clock_now_ms(void);

/* What is left until `deadline_ms`, fit for poll(2): 0 when past, -1 for CLOCK_NEVER, rounded up.
 */
int clock_timeout_ms(uint64_t deadline_ms);

/* a + b, CLOCK_NEVER where that overflows. */
uint64_t clock_add_ms(uint64_t a, uint64_t b);
