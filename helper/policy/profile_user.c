/*
 * The user of a profile, looked up in the machine's user database. Helper, at start and at reload:
 * the database may be behind a network, and nothing bounds its answer.
 *
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */
#include "profile_user.h"

#include "cleanup.h"
#include "number.h"

#include <pwd.h>
#include <string.h>

/* Bytes of one entry: what the C library asks for by default, and where we stop. */
#define ENTRY_LEAST 1024
#define ENTRY_MOST  (1024 * 1024)

/* Returns 0 with `*ret_found`, or a negative errno. */
static int look_up(const char *user, char *buffer, size_t size, struct passwd *entry,
                   bool *ret_found)
{
    struct passwd *found = NULL;
    uint64_t number;
    int r;

    if (number_parse(user, &number))
        r = number < UINT32_MAX ? getpwuid_r((uid_t)number, entry, buffer, size, &found) : 0;
    else
        r = getpwnam_r(user, entry, buffer, size, &found);
    *ret_found = found != NULL;
    /* What getpwnam(3) lists as "not found" beside 0. */
    if (r == ENOENT || r == ESRCH || r == EBADF || r == EPERM)
        return 0;
    return -r;
}

static int find(const char *user, struct profile *profile, bool *ret_found)
{
    struct passwd entry;
    bool found = false;
    int r = -ERANGE;

    for (size_t size = ENTRY_LEAST; r == -ERANGE && size <= ENTRY_MOST; size *= 2) {
        auto_free char *buffer = malloc(size);

        r = buffer ? look_up(user, buffer, size, &entry, &found) : -ENOMEM;
    }
    *ret_found = r == 0 && found;
    profile->uid = *ret_found ? entry.pw_uid : (uid_t)-1;
    profile->gid = *ret_found ? entry.pw_gid : (gid_t)-1;
    return r;
}

int profile_find_user(struct profile *profile)
{
    bool found;
    int r = find(profile->user, profile, &found);

    profile->stand_in = r == 0 && !found && strcmp(profile->user, PROFILE_USER) == 0;
    if (profile->stand_in)
        r = find(PROFILE_STAND_IN, profile, &found);
    profile->user_missing = !found;
    return r;
}

bool profile_user_is_own(uid_t uid)
{
    struct profile own = {};
    bool found;

    return find(PROFILE_HELPER_USER, &own, &found) == 0 && found && own.uid == uid;
}
