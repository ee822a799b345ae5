/*
 * Whether hooks can be moved to another directory and work there as before. Admin's process.
 *
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */
#pragma once

#include "adopt.h"
#include "plan.h"

#include <sys/stat.h>

/* 0, or an exit status where it was complained. */
int inspect_memory(const struct adopt_request *request);

/* A directory of hooks, and the shim. */
int inspect_directory(const struct adopt_request *request, const char *path, struct stat *ret_st);
int inspect_shim(const struct adopt_request *request);

/* A driver's file or folder, all that is in it, which is to leave the directory `from` for `to`. */
int inspect_moved(const struct adopt_request *request, const struct plan *plan, const char *from,
                  const char *to, const char *name);

/* Another entry of `from`, which stays: a link of it must not lead to what is moved. */
int inspect_staying(const struct adopt_request *request, const struct plan *plan, const char *from,
                    const char *name);
