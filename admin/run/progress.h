/*
 * What a call is at, on one line of a terminal while it is waited for. Admin's process.
 *
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */
#pragma once

#include "virthook.h"

/*
 * From half a second on, and until progress_erase(), stderr has a line with the time that has
 * passed, the deadline and the script that runs, which it asks of the helper twice a second.
 * Nothing happens where stderr is no terminal that can erase a line, or where no thread can be had.
 * There is one at a time. Call it after interrupt_watch(), so that its thread takes no signal.
 */
void progress_start(struct virthook *hook);

/* The line is gone, and none comes any more. Does not wait for an answer that is on its way. */
void progress_erase(void);

/* The channel is not used any more: at the latest after the 2 s that a question may take. */
void progress_end(void);
