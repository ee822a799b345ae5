/*
 * Numbers as people write them, in every process: on command lines and in the configuration.
 *
 * Decimal digits alone: no sign, no white space, no other base, no exponent, whatever the locale.
 *
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */
#pragma once

#include <stdbool.h>
#include <stdint.h>

/* The digits at the start of `*text`, which moves behind them; false where there is none, or on
 * overflow. */
bool number_take(const char **text, uint64_t *ret_number);

/* A whole number and nothing else. */
bool number_parse(const char *text, uint64_t *ret_number);

/* Seconds, whole or with up to three decimals, as milliseconds. */
bool number_parse_seconds(const char *text, uint64_t *ret_ms);
