/*
 * A plan while it is made: its form. Helper.
 *
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */
#include "draft.h"

#include "cleanup.h"
#include "fd.h"

#include <stdio.h>
#include <string.h>

void draft_limit(struct draft *draft, int resource, uint64_t value)
{
    if (value == 0)
        return;
    draft->plan.limits[draft->plan.limit_count++] = (struct plan_limit){
        .resource = (uint32_t)resource, .value = value};
}

int draft_path(struct draft *draft, enum plan_path_kind kind, const char *path)
{
    struct plan *plan = &draft->plan;
    bool may_be_missing = *path == '-';
    const char *plain = path + may_be_missing;
    size_t size = strlen(plain) + 3;

    if (!draft->paths)
        draft->paths = malloc(PLAN_PATHS_SIZE_MAX);
    if (!draft->paths)
        return -ENOMEM;
    if (plan->path_count == PLAN_PATHS_MAX || size > PLAN_PATHS_SIZE_MAX - plan->paths_size) {
        draft->problem = "it has more paths than fit into its plan; name the folders above them";
        return -E2BIG;
    }
    draft->paths[plan->paths_size] = (char)kind;
    draft->paths[plan->paths_size + 1] = may_be_missing ? 1 : 0;
    memcpy(draft->paths + plan->paths_size + 2, plain, size - 2);
    plan->paths_size += (uint32_t)size;
    plan->path_count++;
    return 0;
}

int draft_paths(struct draft *draft, enum plan_path_kind kind, const struct text_list *list)
{
    int r = 0;

    for (size_t i = 0; r == 0 && i < list->count; i++)
        r = draft_path(draft, kind, list->texts[i]);
    return r;
}

int draft_own_path(struct draft *draft, enum plan_path_kind kind, const char *path)
{
    auto_free char *optional = NULL;

    if (!path)
        return 0;
    if (asprintf(&optional, "-%s", path) < 0)
        return -ENOMEM;
    return draft_path(draft, kind, optional);
}

int draft_seal(struct draft *draft, int *ret_fd)
{
    struct plan *plan = &draft->plan;
    size_t filter_size = plan->filter_count * sizeof(struct sock_filter);
    size_t watches_size = plan->watch_count * sizeof(struct plan_watch);
    auto_close int fd = -EBADF;
    int r = fd_new_memfd("virthook-plan", &fd);

    plan->size = (uint32_t)(sizeof(*plan) + filter_size + watches_size + plan->paths_size);
    if (r == 0)
        r = fd_write_all(fd, plan, sizeof(*plan));
    if (r == 0 && filter_size > 0)
        r = fd_write_all(fd, draft->filter, filter_size);
    if (r == 0 && watches_size > 0)
        r = fd_write_all(fd, draft->watches, watches_size);
    if (r == 0 && plan->paths_size > 0)
        r = fd_write_all(fd, draft->paths, plan->paths_size);
    if (r == 0)
        r = fd_seal(fd);
    if (r < 0)
        return r;
    *ret_fd = take_fd(&fd);
    return 0;
}

void draft_clear(struct draft *draft)
{
    free(draft->filter);
    free(draft->watches);
    free(draft->paths);
    *draft = (struct draft){};
}
