/*
 * The log files that former helpers left beside this helper's own. Helper.
 *
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */
#pragma once

#include "copies.h"
#include "place.h"
#include "record.h"

/*
 * Closes the unfinished calls in each file of the place that nobody holds, this helper included, as
 * the next helper may get another file than the one that ended. What cannot be read or written
 * stays for the next start.
 */
void orphans_close(const struct place *place, const struct record_source *source,
                   struct copies *copies);
