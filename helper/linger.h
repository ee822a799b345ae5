/*
 * What scripts leave behind and their profile lets live on after the verdict. Helper.
 *
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */
#pragma once

#include "state.h"
#include "supervise.h"

/* Runs that linger at once; what would be one more is told to end at once. Each costs the helper
 * about six descriptors and the host a process. */
#define LINGERS_MAX 64

/*
 * Takes over a run that lingers, from inside its `done`: it is kept as it is until all of it has
 * ended, and its record written. The call and the script's path and profile are borrowed.
 */
void linger_take(struct helper *helper, struct run *run, const struct audit_call *call,
                 const char *path, const char *profile);

/* Tells all to end, now. */
void linger_end_all(struct helper *helper);
