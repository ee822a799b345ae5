/*
 * As which user a script has to run, to be let by the modes of files. Admin's process; what stands
 * in the log is not trusted, and shown before it is put in force.
 *
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */
#include "user.h"

#include "number.h"

#include <pwd.h>
#include <stdio.h>
#include <string.h>

#define OWNER      "owner "
#define PERMISSION "permission "

static const char needs_root[] = "modes let root do this, and no other user";
static const char needs_owner[] = "modes let the owner do this, and not even root";
static const char needs_both[] = "files of several owners, or of one whom this host does not know";

/* Users of whom one would do for all, while there is but one. */
struct users {
    uint64_t uid;
    bool any;
    bool several; /* or one of whom the host does not know */
    bool changes; /* what is another owner's alone is not only read */
};

static void note(struct users *users, uint64_t uid)
{
    users->several |= (users->any && users->uid != uid) || !getpwuid((uid_t)uid);
    users->uid = uid;
    users->any = true;
}

/* "owner 61000 /srv/x": the number; `*ret_path` is what follows. */
static bool take_owner(const char *text, uint64_t *ret_uid, const char **ret_path)
{
    const char *at = text + strlen(OWNER);

    if (strncmp(text, OWNER, strlen(OWNER)) != 0 || !number_take(&at, ret_uid) || *at != ' ' ||
        *ret_uid >= UINT32_MAX)
        return false;
    *ret_path = at + 1;
    return true;
}

/* What stands behind "permission write "; NULL of other texts. */
static const char *path_of_permission(const char *text)
{
    const char *kind = text + strlen(PERMISSION), *space;

    if (strncmp(text, PERMISSION, strlen(PERMISSION)) != 0)
        return NULL;
    space = strchr(kind, ' ');
    return space ? space + 1 : NULL;
}

/* Whether the log says that only its owner may: of each such path it does. */
static bool has_owner(const struct evidence *evidence, const char *path)
{
    const char *owned;
    uint64_t uid;

    for (size_t i = 0; i < evidence->count; i++) {
        if (take_owner(evidence->sightings[i].text, &uid, &owned) && uid != 0 &&
            strcmp(owned, path) == 0)
            return true;
    }
    return false;
}

static bool only_reads(const char *text)
{
    return strncmp(text, PERMISSION "read ", strlen(PERMISSION "read ")) == 0;
}

static void look(const struct evidence *evidence, struct users *users)
{
    for (size_t i = 0; i < evidence->count; i++) {
        const char *text = evidence->sightings[i].text, *path;
        uint64_t uid;

        if (take_owner(text, &uid, &path))
            note(users, uid);
        path = path_of_permission(text);
        if (path && has_owner(evidence, path))
            users->changes |= !only_reads(text);
        else if (path)
            note(users, 0);
    }
}

static int add_user(struct grants *grants, uint64_t uid, const struct sighting *reason)
{
    struct passwd *user = getpwuid((uid_t)uid);
    char number[24];

    snprintf(number, sizeof(number), "%llu", (unsigned long long)uid);
    return grants_add(grants, GRANT_USER, user ? user->pw_name : number,
                      uid == 0 ? needs_root : needs_owner, reason);
}

/* What no single user is let by modes: with these capabilities any user is. */
static int add_power(const struct users *users, struct grants *grants,
                     const struct sighting *reason)
{
    if (users->changes)
        return grants_add(grants, GRANT_CAPABILITY, "DAC_OVERRIDE", needs_both, reason);
    if (only_reads(reason->text))
        return grants_add(grants, GRANT_CAPABILITY, "DAC_READ_SEARCH", needs_both, reason);
    return add_user(grants, 0, reason);
}

static int add_reason(const struct users *users, struct grants *grants,
                      const struct sighting *reason)
{
    if (!path_of_permission(reason->text))
        return 0;
    return users->several ? add_power(users, grants, reason) : add_user(grants, users->uid, reason);
}

/* Root's own files of which it changes the mode. */
static int add_owner(struct grants *grants, const struct sighting *reason)
{
    const char *path;
    uint64_t uid;

    if (!take_owner(reason->text, &uid, &path) || uid != 0)
        return 0;
    return add_user(grants, 0, reason);
}

int user_derive(const struct evidence *evidence, struct grants *grants)
{
    struct users users = {0};
    int r = 0;

    look(evidence, &users);
    for (size_t i = 0; r == 0 && i < evidence->count; i++) {
        r = add_reason(&users, grants, &evidence->sightings[i]);
        if (r == 0)
            r = add_owner(grants, &evidence->sightings[i]);
    }
    return r;
}
