/*
 * Where things are in a session. Admin's process.
 *
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */
#pragma once

#include "run_options.h"

/*
 * Fills in, for a user other than root, what the command line left open: the session's
 * configuration where there is one, else its folders of hooks and logs. Returns 0 or a negative
 * errno; -ENOENT where there is no HOME to look in.
 */
int places_of_session(struct run_options *options);
