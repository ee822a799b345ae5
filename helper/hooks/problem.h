/*
 * The sentences that say why a script is not run, and how to mend it. Helper.
 *
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */
#pragma once

#include <stddef.h>

/* Bytes of a path as a sentence shows it; of a longer one its end is shown, after "...". */
#define PROBLEM_PATH_MAX 1000

/*
 * Makes the sentence. Returns VET_E_REFUSED with it in `*ret_problem`, which the caller frees, or
 * -ENOMEM.
 */
__attribute__((format(printf, 2, 3))) int problem_say(char **ret_problem, const char *format, ...);

/* A path as it is shown: escaped and not too long. NULL where memory is short; the caller frees. */
char *problem_path(const char *path);

/*
 * "run chmod g-w /etc/x"; where the path holds characters that a shell would take amiss, "run
 * chmod g-w on it". NULL where memory is short; the caller frees.
 */
char *problem_mend(const char *command, const char *path);

/* "only root may own what root's hooks pass through", and the like for a session. */
char *problem_owner_rule(unsigned int session_uid);
