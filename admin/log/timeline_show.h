/*
 * `virt-hook log --timeline`. Admin's process.
 *
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */
#pragma once

#include "log_options.h"

/* Returns an exit status. */
int timeline_show(struct log_options *options);
