/*
 * Profiles as the configuration says them. Helper.
 *
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */
#include "profile.h"

#include "cleanup.h"

#include <string.h>

static struct profile *find(const struct profile_list *list, const char *name)
{
    for (size_t i = 0; i < list->count; i++) {
        if (strcmp(list->profiles[i].name, name) == 0)
            return &list->profiles[i];
    }
    return NULL;
}

bool profile_is_name(const char *text)
{
    static const char letters[] = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz"
                                  "0123456789_-.";
    size_t length = strspn(text, letters);

    return length > 0 && length <= PROFILE_NAME_MAX && text[length] == '\0' &&
           !strchr("_-.", text[0]);
}

const struct profile *profile_find(const struct profile_list *list, const char *name)
{
    return find(list, name);
}

int families_add(struct family_list *list, int family)
{
    int *families;

    for (size_t i = 0; i < list->count; i++) {
        if (list->families[i] == family)
            return 0;
    }
    families = reallocarray(list->families, list->count + 1, sizeof(*families));
    if (!families)
        return -ENOMEM;
    list->families = families;
    families[list->count++] = family;
    return 0;
}

static int families_add_all(struct family_list *list, const struct family_list *from)
{
    int r = 0;

    for (size_t i = 0; r == 0 && i < from->count; i++)
        r = families_add(list, from->families[i]);
    return r;
}

/* What a profile owns, to one that owns nothing of it yet. */
static int copy_owned(const struct profile *profile, struct profile *copy)
{
    int r;

    copy->user = profile->user ? strdup(profile->user) : NULL;
    copy->selinux = profile->selinux ? strdup(profile->selinux) : NULL;
    if ((profile->user && !copy->user) || (profile->selinux && !copy->selinux))
        return -ENOMEM;
    r = text_list_add_all(&copy->syscalls, &profile->syscalls);
    if (r == 0)
        r = families_add_all(&copy->families, &profile->families);
    if (r == 0)
        r = text_list_add_all(&copy->writable, &profile->writable);
    if (r == 0)
        r = text_list_add_all(&copy->hidden, &profile->hidden);
    if (r == 0)
        r = text_list_add_all(&copy->readable, &profile->readable);
    if (r == 0)
        r = text_list_add_all(&copy->executable, &profile->executable);
    return r == 0 ? text_list_add_all(&copy->sockets, &profile->sockets) : r;
}

int profile_copy(const struct profile *profile, struct profile *ret_copy)
{
    struct profile copy = *profile;
    int r;

    copy.name = copy.file = copy.user = copy.selinux = NULL;
    copy.line = 0;
    copy.families = (struct family_list){};
    copy.syscalls = copy.writable = copy.hidden = copy.sockets = (struct text_list){};
    copy.readable = copy.executable = (struct text_list){};
    r = copy_owned(profile, &copy);
    if (r < 0) {
        profile_clear(&copy);
        return r;
    }
    *ret_copy = copy;
    return 0;
}

int profiles_add(struct profile_list *list, struct profile *profile)
{
    struct profile *same = find(list, profile->name);
    struct profile *profiles;

    if (same) {
        profile_clear(same);
        *same = *profile;
        *profile = (struct profile){};
        return 0;
    }
    profiles = reallocarray(list->profiles, list->count + 1, sizeof(*profiles));
    if (!profiles)
        return -ENOMEM;
    list->profiles = profiles;
    profiles[list->count++] = *profile;
    *profile = (struct profile){};
    return 0;
}

void profile_clear(struct profile *profile)
{
    free(profile->name);
    free(profile->file);
    free(profile->user);
    free(profile->selinux);
    free(profile->families.families);
    text_list_clear(&profile->syscalls);
    text_list_clear(&profile->writable);
    text_list_clear(&profile->hidden);
    text_list_clear(&profile->readable);
    text_list_clear(&profile->executable);
    text_list_clear(&profile->sockets);
    *profile = (struct profile){};
}

void profiles_clear(struct profile_list *list)
{
    for (size_t i = 0; i < list->count; i++)
        profile_clear(&list->profiles[i]);
    free(list->profiles);
    *list = (struct profile_list){};
}
