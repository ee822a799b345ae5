/*
 * The command line of `virt-hook suggest`. Admin's process; its user is trusted, and makes
 * mistakes.
 *
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */
#pragma once

#include "places.h"

#include <stdbool.h>

/* Texts are borrowed from argv; NULL where nothing was said. */
struct suggest_options {
    struct places places;
    const char *profile;
    const char *script; /* a path, or its last component */
    bool json;
};

/* False where the command ends here, with `*ret_status`. The caller clears them in any case. */
bool suggest_options_parse(int argc, char **argv, struct suggest_options *ret_options,
                           int *ret_status);

void suggest_options_clear(struct suggest_options *options);
