/*
 * What a profile may require of the host, by name. Helper.
 *
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */
#include "feature.h"

#include <string.h>

/* By the number of the bit. */
static const char *const names[] = {
    "landlock",        "landlock-scopes",   "notify", "pid-namespace", "own-proc",
    "mount-namespace", "network-namespace", "user",   "processes",     "cgroup",
    "selinux",
};

#define NAMES_COUNT (sizeof(names) / sizeof(names[0]))
_Static_assert(1 << (NAMES_COUNT - 1) == FEATURE_SELINUX, "each bit has a name");

const char *feature_name(size_t index)
{
    return index < NAMES_COUNT ? names[index] : NULL;
}

uint32_t feature_find(const char *name)
{
    for (size_t i = 0; i < NAMES_COUNT; i++) {
        if (strcmp(names[i], name) == 0)
            return 1U << i;
    }
    return 0;
}
