/*
 * What the hook gets on stdin. Admin's process.
 *
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */
#pragma once

#include <stddef.h>

/* Bytes of stdin: the library's own limit. */
#define INPUT_MAX (64 * 1024 * 1024)

/*
 * Reads stdin to its end, however long its writer takes; a terminal is empty. Returns 0 with the
 * bytes, which the caller frees; -E2BIG over INPUT_MAX; or another negative errno.
 */
int input_read(void **ret_data, size_t *ret_size);
