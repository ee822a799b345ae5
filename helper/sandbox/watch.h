/*
 * What is looked at of a permissive script's system calls. Helper, at start and at reload.
 *
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */
#pragma once

#include "filter.h"
#include "plan.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/* What the strict profile would grant, beside the wish that its filter is made of. */
struct watch_profile {
    const struct filter_wish *wish;
    uint64_t capabilities; /* bit n is capability number n */
    bool host_network;
};

/*
 * Whether a permissive script's filter asks about each call of this name, also where the profile
 * lists it: because of its paths, its addresses, or a capability.
 */
bool watch_has(const char *name);

/*
 * Makes the watches of a plan, for this machine's own calls and those of its second architecture.
 * Returns 0 with an array that the caller frees, -ENOMEM, or -E2BIG over PLAN_WATCHES_MAX.
 */
int watch_build(const struct watch_profile *profile, struct plan_watch **ret_watches,
                size_t *ret_count);
