/*
 * Profiles as the configuration says them. Helper.
 *
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */
#include "profile.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

const struct profile *profile_find(const struct profile_list *list, const char *name)
{
    for (size_t i = 0; i < list->count; i++) {
        if (strcmp(list->profiles[i].name, name) == 0)
            return &list->profiles[i];
    }
    return NULL;
}

static void texts_clear(struct text_list *list)
{
    for (size_t i = 0; i < list->count; i++)
        free(list->texts[i]);
    free(list->texts);
    *list = (struct text_list){};
}

void profile_clear(struct profile *profile)
{
    free(profile->name);
    free(profile->user);
    free(profile->families.families);
    texts_clear(&profile->syscalls);
    texts_clear(&profile->writable);
    texts_clear(&profile->hidden);
    texts_clear(&profile->sockets);
    *profile = (struct profile){};
}

int profiles_add_built_in(struct profile_list *list)
{
    struct profile *profiles = calloc(1, sizeof(*profiles));
    char *name = strdup("unconfined");

    if (!profiles || !name) {
        free(profiles);
        free(name);
        return -ENOMEM;
    }
    *profiles = (struct profile){.name = name, .unconfined = true};
    *list = (struct profile_list){.count = 1, .profiles = profiles};
    return 0;
}

void profiles_clear(struct profile_list *list)
{
    for (size_t i = 0; i < list->count; i++)
        profile_clear(&list->profiles[i]);
    free(list->profiles);
    *list = (struct profile_list){};
}
