/*
 * The plan's form: made by the helper, read by the runner. The runner trusts the helper; the checks
 * guard against a build that does not fit.
 *
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */
#include "plan.h"

#include <string.h>

const struct plan_watch *plan_watches(const struct plan *plan)
{
    return (const struct plan_watch *)&plan->filter[plan->filter_count];
}

static const char *paths_of(const struct plan *plan)
{
    return (const char *)(plan_watches(plan) + plan->watch_count);
}

/* Each path has its two bytes and ends in the room that is left. */
static int paths_are_whole(const struct plan *plan)
{
    const char *next = paths_of(plan);
    size_t left = plan->paths_size;

    for (uint32_t i = 0; i < plan->path_count; i++) {
        const char *nul = left > 2 ? memchr(next + 2, '\0', left - 2) : NULL;

        if (!nul)
            return 0;
        left -= (size_t)(nul + 1 - next);
        next = nul + 1;
    }
    return left == 0;
}

int plan_is_whole(const struct plan *plan, size_t size)
{
    if (size < sizeof(*plan) || plan->size != size || plan->limit_count > PLAN_LIMITS_MAX ||
        plan->filter_count > PLAN_FILTER_MAX || plan->path_count > PLAN_PATHS_MAX ||
        plan->watch_count > PLAN_WATCHES_MAX || plan->paths_size > PLAN_PATHS_SIZE_MAX ||
        !memchr(plan->label, '\0', sizeof(plan->label)))
        return 0;
    if (size != sizeof(*plan) + plan->filter_count * sizeof(plan->filter[0]) +
                    plan->watch_count * sizeof(struct plan_watch) + plan->paths_size)
        return 0;
    return paths_are_whole(plan);
}

int plan_next_path(const struct plan *plan, const char **cursor, struct plan_path *ret_path)
{
    const char *next = *cursor ? *cursor : paths_of(plan);

    if (next == paths_of(plan) + plan->paths_size)
        return 0;
    ret_path->kind = (enum plan_path_kind)(unsigned char)next[0];
    ret_path->may_be_missing = next[1] != 0;
    ret_path->path = next + 2;
    *cursor = ret_path->path + strlen(ret_path->path) + 1;
    return 1;
}
