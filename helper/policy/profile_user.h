/*
 * The user of a profile, looked up in the machine's user database. Helper.
 *
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */
#pragma once

#include "profile.h"

/*
 * Sets uid, gid and user_missing of the profile, whose `user` is a name or a number. Where there is
 * no such user, uid and gid are those that no process can have. Returns 0, or the negative errno of
 * a database that cannot be read, with the user missing.
 */
int profile_find_user(struct profile *profile);

/* Whether it is the user of the helper itself. */
bool profile_user_is_own(uid_t uid);
