/*
 * Profiles whose scripts can become root of the host, told from what they grant. Helper.
 *
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */
#pragma once

#include "profile.h"

/*
 * The first thing that the profile grants which makes its scripts near root, in words such as "it
 * grants SYS_MODULE"; NULL where there is none. The caller frees. Returns 0 or -ENOMEM.
 *
 * It is told from capabilities, and for root from paths and sockets, without looking at what is
 * there: a host may have a service of its own that makes root of whoever asks.
 */
int profile_near_root(const struct profile *profile, char **ret_why);

/*
 * The same of one grant alone, such as "writable" and "/etc/passwd", to this user.
 */
int grant_near_root(uid_t uid, const char *key, const char *value, char **ret_why);
