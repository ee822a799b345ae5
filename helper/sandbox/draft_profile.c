/*
 * A plan while it is made: what a profile says becomes what the runner does. Helper; the profile
 * was checked when the configuration was read.
 *
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */
#include "draft_profile.h"

#include "draft_landlock.h"
#include "draft_limits.h"
#include "filter.h"

#include <errno.h>

/* The order is that of putting back: what holds others comes before them. */
static int add_all_paths(struct draft *draft, const struct profile *profile,
                         const struct sandbox_host *host, const char *hooks)
{
    int r = draft_paths(draft, PLAN_HIDDEN, &profile->hidden);

    if (r == 0)
        r = draft_own_path(draft, PLAN_HIDDEN, host->log);
    if (r == 0)
        r = draft_own_path(draft, PLAN_SHOWN, hooks);
    if (r == 0)
        r = draft_paths(draft, PLAN_WRITABLE, &profile->writable);
    return r == 0 ? draft_paths(draft, PLAN_SOCKET, &profile->sockets) : r;
}

static int add_filter(struct draft *draft, const struct profile *profile,
                      const struct sandbox_host *host)
{
    static const char *const none[] = {NULL};
    const char *const *calls = (const char *const *)profile->syscalls.texts;
    struct filter_wish wish = {
        .calls = calls ? calls : none,
        .families = profile->families.families,
        .family_count = profile->families.count,
        .notify = host->notify,
    };
    size_t count;
    int r = filter_build(&wish, &draft->filter, &count);

    if (r == -E2BIG)
        draft->problem = "its system calls make a filter longer than the kernel takes; name fewer";
    if (r < 0)
        return r;
    draft->plan.filter_count = (uint32_t)count;
    return 0;
}

static int draft_confined(struct draft *draft, const struct profile *profile,
                          const struct sandbox_host *host, const char *hooks)
{
    struct plan *plan = &draft->plan;
    int r;

    plan->flags = PLAN_SET_CAPS | PLAN_NO_NEW_PRIVS | PLAN_MOUNTS;
    plan->flags |= host->session ? 0 : PLAN_SET_USER;
    plan->flags |= host->notify ? PLAN_NOTIFY : 0;
    plan->flags |= profile->host_tmp ? 0 : PLAN_OWN_TMP;
    plan->flags |= profile->host_dev ? 0 : PLAN_OWN_DEV;
    plan->uid = profile->uid;
    plan->gid = profile->gid;
    plan->capabilities = profile->capabilities;
    plan->tmp_size = profile->tmp_size;
    draft_landlock(draft, profile, host);
    r = add_filter(draft, profile, host);
    return r == 0 ? add_all_paths(draft, profile, host, hooks) : r;
}

int draft_profile(struct draft *draft, const struct profile *profile,
                  const struct sandbox_host *host, const char *hooks)
{
    draft_limits(draft, profile, host);
    return profile->unconfined ? 0 : draft_confined(draft, profile, host, hooks);
}
