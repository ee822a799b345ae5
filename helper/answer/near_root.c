/*
 * Which of some grants would make a script near root, each taken for itself. Helper; the grants are
 * the admin's, worked out from a log.
 *
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */
#include "near_root.h"

#include "cleanup.h"
#include "matter.h"
#include "profile_user.h"

#include <string.h>

/* No process has it, so that nothing is near root by the user alone. */
#define NOBODY_AT_ALL ((uid_t)-1)

static uid_t find_uid(const char *name)
{
    struct profile profile = {.user = strdup(name), .uid = NOBODY_AT_ALL};
    uid_t uid = NOBODY_AT_ALL;

    if (profile.user && profile_find_user(&profile) == 0 && !profile.user_missing)
        uid = profile.uid;
    profile_clear(&profile);
    return uid;
}

static int judge(struct json_object *list, const char *key, const char *value, uid_t uid)
{
    auto_free char *why = NULL;
    int r = grant_near_root(uid, key, value, &why);

    if (r < 0)
        return r;
    return object_append_text(list, why ? why : "") ? 0 : -ENOMEM;
}

/* "KEY VALUE", which is cut in two. */
static int judge_line(struct json_object *list, char *line, uid_t *uid)
{
    char *space = strchr(line, ' ');
    const char *value = space ? space + 1 : "";

    if (space)
        *space = '\0';
    if (strcmp(line, "user") == 0)
        *uid = find_uid(value);
    return judge(list, line, value, *uid);
}

int matter_near_root(const struct matter *matter, struct json_object *object)
{
    auto_free char *text = strdup(matter->question->names[0]);
    struct json_object *list = json_object_new_array();
    uid_t uid = NOBODY_AT_ALL;
    char *rest = text;
    int r = 0;

    if (!object_add(object, "grants", list) || !text)
        return -ENOMEM;
    for (char *line = strsep(&rest, "\n"); r == 0 && line; line = strsep(&rest, "\n"))
        r = judge_line(list, line, &uid);
    return r;
}
