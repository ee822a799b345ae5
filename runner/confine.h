/*
 * Carrying out a plan. Runner.
 *
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */
#pragma once

#include "job.h"
#include "plan.h"

/* Maps the plan in this memfd. Returns 0 or -EPROTO, or what the kernel says. */
int runner_map_plan(int memfd, const struct plan **ret_plan);

/*
 * Confines this process, and so the script that it forks, as the plan says, and by its limits alone
 * where it is permissive; `tmp` is the mount that becomes /tmp, or negative. `*ret_listener` is the
 * filter's listener, or negative. Returns 0, or a negative errno with the step that failed, and the
 * path if it was about one; what is done by
 * then is not undone.
 */
int runner_confine(const struct plan *plan, int tmp, int *ret_listener, enum runner_step *ret_step,
                   const char **ret_path);

/*
 * The limit of open files, which comes after the listener was handed over: the kernel counts the
 * descriptors that are on their way for all of a user's processes together, and holds that against
 * the sender's limit. The filter lets a process limit itself. Returns 0 or a negative errno.
 */
int runner_limit_files(const struct plan *plan);
