/*
 * Capabilities by name, by libcap-ng. Helper.
 *
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */
#include "capabilities.h"

#include <cap-ng.h>
#include <linux/capability.h>
#include <stddef.h>
#include <strings.h>

#define PREFIX "cap_"

int capability_number(const char *name)
{
    if (strncasecmp(name, PREFIX, sizeof(PREFIX) - 1) == 0)
        name += sizeof(PREFIX) - 1;
    return capng_name_to_capability(name);
}

const char *capability_name(int number)
{
    return number >= 0 && number <= CAP_LAST_CAP ? capng_capability_to_name((unsigned int)number)
                                                 : NULL;
}
