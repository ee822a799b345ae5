/*
 * `virt-hook log --verify`. Admin's process.
 *
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */
#pragma once

#include "log_options.h"

/*
 * Holds the logs against their chains, and against the heads of --expect. Returns an exit status:
 * 0 whole, 1 a break, 2 a log that cannot be read to its end.
 */
int verify_logs(struct log_options *options);
