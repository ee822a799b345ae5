/*
 * Where the runner's binary is. Helper.
 *
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */
#pragma once

#include <stddef.h>

/* The path beside this program's own, wherever that is installed. Returns 0 or a negative errno. */
int runner_path_find(char *ret_path, size_t size);
