/*
 * What a configuration asks of the helper itself: can it be an ordinary user, and if not, which
 * capabilities must it keep, and for which profiles. Helper.
 *
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */
#pragma once

#include "config.h"

#include <stdbool.h>
#include <stdint.h>

/* All capabilities that there are or will be. */
#define NEEDS_ALL UINT64_MAX

struct needs {
    bool root;                /* some script's profile is beyond an ordinary user */
    uint64_t capabilities;    /* of a helper that stays root; bit n is capability number n */
    struct text_list reasons; /* why it stays root: "profile network: user root, NET_ADMIN" */
};

/*
 * Looks at the profiles in use: default_profile, those of rules, and `also`, which may be NULL.
 * Returns 0 (needs_clear() gives back) or -ENOMEM.
 */
int needs_find(const struct config *config, const char *also, struct needs *ret_needs);

/* Whether scripts of this profile can be run by a helper that is an ordinary user, in a user
 * namespace of its own. */
bool needs_no_root(const struct profile *profile);

void needs_clear(struct needs *needs);
