/*
 * As which user a script has to run, to be let by the modes of files. Admin's process.
 *
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */
#pragma once

#include "grants.h"

/*
 * Adds the user whom all of them let; where that is no single one, capabilities in its place.
 * Returns 0 or -ENOMEM.
 */
int user_derive(const struct evidence *evidence, struct grants *grants);
