/*
 * The sandboxes of a configuration's profiles. Helper, at start and at reload.
 *
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */
#include "prepare.h"

#include "cleanup.h"

#include <string.h>

int sandboxes_prepare(const struct sandbox_host *host, const struct profile_list *profiles,
                      const char *hooks, struct sandbox_list *ret_list, char **ret_error)
{
    struct sandbox_list list = {.sandboxes = calloc(profiles->count + 1, sizeof(struct sandbox))};
    int r = list.sandboxes ? 0 : -ENOMEM;

    for (size_t i = 0; r == 0 && i < profiles->count; i++) {
        const struct profile *profile = &profiles->profiles[i];

        if (sandbox_lacks_user(host, profile))
            continue;
        r = sandbox_prepare(host, profile, hooks, &list.sandboxes[list.count], ret_error);
        list.count += r == 0;
    }
    if (r != 0) {
        sandboxes_clear(&list);
        return r;
    }
    *ret_list = list;
    return 0;
}

void sandboxes_clear(struct sandbox_list *list)
{
    for (size_t i = 0; i < list->count; i++)
        sandbox_clear(&list->sandboxes[i]);
    free(list->sandboxes);
    *list = (struct sandbox_list){};
}

const struct sandbox *sandbox_find(const struct sandbox_list *list, const char *profile)
{
    for (size_t i = 0; i < list->count; i++) {
        if (strcmp(list->sandboxes[i].profile, profile) == 0)
            return &list->sandboxes[i];
    }
    return NULL;
}
