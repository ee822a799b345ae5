/*
 * What a profile requires, against what this host can give. Helper.
 *
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */
#pragma once

#include "feature.h"
#include "host.h"
#include "profile.h"

/* Why the feature does not hold for this profile's scripts on this host, in words; NULL where it
 * does. A constant. */
const char *feature_missing(enum feature feature, const struct sandbox_host *host,
                            const struct profile *profile);

/*
 * Why no script may run under the profile on this host: a feature that it requires does not hold,
 * or it would be worth nothing. `*ret_why` is NULL where nothing speaks against it; the caller
 * frees. Returns 0 or -ENOMEM.
 */
int sandbox_refuse(const struct sandbox_host *host, const struct profile *profile, char **ret_why);
