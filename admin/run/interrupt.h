/*
 * ^C during a call. Admin's process.
 *
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */
#pragma once

#include "virthook.h"

#include <stdbool.h>

/*
 * Makes SIGINT, SIGTERM and SIGHUP take back the hook's calls from now on. The first of them waits
 * for the scripts to end; a second one, or one with no call in flight, ends the process at once
 * with STATUS_INTERRUPTED, and the helper with its scripts thereby. Called before any other thread
 * is made. Returns 0 or a negative errno.
 */
int interrupt_watch(struct virthook *hook);

/* The hook is about to be closed: from now on a signal ends the process at once. */
void interrupt_forget(void);

/* Whether one came. */
bool interrupt_seen(void);
