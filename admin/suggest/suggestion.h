/*
 * A profile for a script, with all that has to be said of it. Admin's process.
 *
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */
#pragma once

#include "grants.h"

/* Starts as zeros. */
struct suggestion {
    const struct evidence *evidence;
    struct grants grants;
    char *name;       /* of the profile, and of the rule */
    const char *base; /* the profile that it inherits from; borrowed */
    char **remarks;   /* what could not be observed, one sentence each */
    size_t remark_count;
};

/*
 * Makes it of the evidence, which is borrowed, under this name (NULL: the script's). Returns 0 or
 * -ENOMEM.
 */
int suggestion_make(const struct evidence *evidence, const char *name,
                    struct suggestion *ret_suggestion);

/* Adds a remark: no helper told which grants are near root. Returns 0 or -ENOMEM. */
int suggestion_remark_no_helper(struct suggestion *suggestion);

/* Whether it lacks something that the script did, as far as is known. */
bool suggestion_is_short(const struct suggestion *suggestion);

/* "hook-qemu" of /etc/virthook/hooks/qemu. NULL where memory is short; the caller frees. */
char *suggestion_name(const char *prefix, const char *path);

void suggestion_clear(struct suggestion *suggestion);
