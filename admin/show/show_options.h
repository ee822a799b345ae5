/*
 * The command line of `virt-hook show`. Admin's process; its user is trusted, and makes mistakes.
 *
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */
#pragma once

#include "places.h"

#include <stdbool.h>

struct show_options {
    struct places places;
    const char *call; /* borrowed from argv */
    bool json;
};

/* False where the command ends here, with `*ret_status`. The caller clears the options anyway. */
bool show_options_parse(int argc, char **argv, struct show_options *ret_options, int *ret_status);

void show_options_clear(struct show_options *options);
