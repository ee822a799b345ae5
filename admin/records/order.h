/*
 * The order in which the files of a log were written. Admin's process.
 *
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */
#pragma once

#include "files.h"

/*
 * Sorts them by helper, of each the oldest first, and drops compressed copies of what stands there
 * uncompressed. There is at least one. Returns 0 or -ENOMEM.
 */
int order_files(struct log_files *files);
