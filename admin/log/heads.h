/*
 * `virt-hook log --head`. Admin's process.
 *
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */
#pragma once

#include "files.h"
#include "log_options.h"

/* Prints the heads of the logs, to be kept elsewhere. Returns an exit status. */
int heads_show(struct log_options *options);

/* The files of the logs. Returns 0, or an exit status where a complaint was made. */
int heads_find_files(struct log_options *options, struct log_files *ret_files);
