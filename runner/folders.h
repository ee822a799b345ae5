/*
 * The small /dev and the own /tmp of a script. Runner.
 *
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */
#pragma once

#include "plan.h"
#include "walk.h"

#include <stddef.h>

/* The devices of the small /dev by number; NULL after the last. */
const char *runner_device(size_t index);

/* Lays the small /dev over the host's. Returns 0, or a negative errno with the path that failed. */
int runner_mount_dev(const struct walk_owner *owner, const char **ret_path);

/* Lays /tmp, and the same as /var/tmp, over the host's: the mount `copy`, or where that is negative
 * a fresh one. Returns as above. */
int runner_mount_tmp(const struct walk_owner *owner, const struct plan *plan, int copy,
                     const char **ret_path);
