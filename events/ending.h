/*
 * The end of virteventd: no new calls, and some time for those that run. virteventd, in the main
 * thread; a thread of its own waits.
 *
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */
#pragma once

#include "dispatch.h"

#include <stdint.h>

struct ending;

/*
 * Stops the dispatch, and ends libvirt's event loop (loop.h) when nothing runs any more or at
 * `until_ms` (common/clock.h). Events that come until then are kept. Returns 0 or a negative errno.
 */
int ending_begin(struct dispatch *dispatch, uint64_t until_ms, struct ending **ret_ending);

/* When nothing runs any more. NULL is allowed. */
void ending_free(struct ending *ending);
