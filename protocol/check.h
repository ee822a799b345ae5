/*
 * The look at a packet's raw bytes before any library sees them. Both sides.
 *
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */
#pragma once

#include "error.h"

#include <stddef.h>
#include <stdint.h>

/* Arrays and maps inside each other at the very most: what msgpack-c's own stack of 32 carries. */
#define CHECK_DEPTH_MAX 24

/* What a well-formed packet may hold at the most. */
struct check_limits {
    size_t depth;  /* arrays and maps inside each other, up to CHECK_DEPTH_MAX */
    size_t items;  /* values in all, keys counted */
    size_t string; /* bytes of one string or binary */
};

/*
 * Walks `data` once, with no allocation and no recursion, and answers whether it is exactly one
 * msgpack value within the limits. Returns 0, or a PROTOCOL_E_… of error.h.
 */
int check_bytes(const uint8_t *data, size_t size, const struct check_limits *limits);
