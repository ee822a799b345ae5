/*
 * Structures of the public header that grow: the caller's may be older or newer than the library's.
 * Caller's process.
 *
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */
#pragma once

#include <stddef.h>

/*
 * Copies a structure that begins with its own size into `ret_copy` of `known` bytes. A shorter one
 * (an older caller) is filled up with zeros; a longer one is taken where what is over is zero.
 * Returns 0, or -EINVAL for a size under `least` or for members that this library does not know.
 */
int sized_copy(const void *from, size_t least, void *ret_copy, size_t known);
