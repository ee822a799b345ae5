/*
 * A suggestion as JSON. Admin's process.
 *
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */
#pragma once

#include "suggestion.h"

/* One object on stdout; `block` is the configuration to paste. Returns 0, -ENOMEM or -EIO. */
int suggestion_print_json(const struct suggestion *suggestion, const char *block);
