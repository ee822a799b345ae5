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
#include "label.h"
#include "loader.h"
#include "watch.h"

#include <errno.h>
#include <linux/landlock.h>

static int add_scripts(struct draft *draft, enum plan_path_kind kind, const char *const *scripts)
{
    int r = 0;

    for (; r == 0 && *scripts; scripts++)
        r = draft_own_path(draft, kind, *scripts);
    return r;
}

/* Without its loader no program of the list could be executed. */
static int add_programs(struct draft *draft, const struct profile *profile,
                        const char *const *scripts)
{
    int r = add_scripts(draft, PLAN_EXECUTABLE, scripts);

    if (r == 0)
        r = draft_own_path(draft, PLAN_EXECUTABLE, loader_path());
    return r == 0 ? draft_paths(draft, PLAN_EXECUTABLE, &profile->executable) : r;
}

/* The order is that of putting back: what holds others comes before them. */
static int add_all_paths(struct draft *draft, const struct profile *profile,
                         const struct sandbox_host *host, const char *const *scripts)
{
    int r = draft_paths(draft, PLAN_HIDDEN, &profile->hidden);

    if (r == 0)
        r = draft_own_path(draft, PLAN_HIDDEN, host->log);
    if (r == 0)
        r = add_scripts(draft, PLAN_SHOWN, scripts);
    if (r == 0)
        r = draft_paths(draft, PLAN_SHOWN, &profile->readable);
    if (r == 0)
        r = draft_paths(draft, PLAN_WRITABLE, &profile->writable);
    if (r == 0)
        r = draft_paths(draft, PLAN_SOCKET, &profile->sockets);
    return r == 0 && draft->plan.landlock_fs & LANDLOCK_ACCESS_FS_EXECUTE
               ? add_programs(draft, profile, scripts)
               : r;
}

static int add_watches(struct draft *draft, const struct profile *profile,
                       const struct filter_wish *wish)
{
    const struct watch_profile watched = {
        .wish = wish,
        .capabilities = profile->capabilities,
        .host_network = profile->host_network,
    };
    size_t count;
    int r = watch_build(&watched, &draft->watches, &count);

    if (r < 0)
        return r;
    draft->plan.watch_count = (uint32_t)count;
    return 0;
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
        .sealed_memfds = draft->plan.landlock_fs & LANDLOCK_ACCESS_FS_EXECUTE,
        .permissive = profile->permissive,
    };
    size_t count;
    int r = filter_build(&wish, &draft->filter, &count);

    if (r == -E2BIG)
        draft->problem = "its system calls make a filter longer than the kernel takes; name fewer";
    if (r < 0)
        return r;
    draft->plan.filter_count = (uint32_t)count;
    return profile->permissive ? add_watches(draft, profile, &wish) : 0;
}

static uint32_t choose_mounts(const struct profile *profile)
{
    return PLAN_MOUNTS | (profile->host_tmp ? 0 : PLAN_OWN_TMP) |
           (profile->host_dev ? 0 : PLAN_OWN_DEV);
}

static int draft_confined(struct draft *draft, const struct profile *profile,
                          const struct sandbox_host *host, const char *const *scripts)
{
    struct plan *plan = &draft->plan;
    int r;

    plan->flags |= PLAN_NO_NEW_PRIVS;
    /* An ordinary user has none to give up, and may not say so of those that it cannot get. */
    plan->flags |= host->session && !host->namespaces ? 0 : PLAN_SET_CAPS;
    plan->flags |= host->session ? 0 : PLAN_SET_USER;
    plan->flags |= host->notify ? PLAN_NOTIFY : 0;
    if (host->namespaces)
        plan->flags |= choose_mounts(profile);
    plan->uid = profile->uid;
    plan->gid = profile->gid;
    plan->capabilities = profile->capabilities;
    plan->tmp_size = profile->tmp_size;
    draft_landlock(draft, profile, host);
    r = add_filter(draft, profile, host);
    return r == 0 ? add_all_paths(draft, profile, host, scripts) : r;
}

int draft_profile(struct draft *draft, const struct profile *profile,
                  const struct sandbox_host *host, const char *const *scripts)
{
    int r;

    (void)label_choose(host, profile, draft->plan.label);
    draft_limits(draft, profile, host);
    if ((profile->host_pids && !profile->permissive) || !host->namespaces)
        draft->plan.flags |= PLAN_HOST_PIDS;
    r = profile->unconfined ? 0 : draft_confined(draft, profile, host, scripts);
    /* What was drafted is what is looked for, and nothing of it but the limits holds. */
    if (profile->permissive)
        draft->plan.flags |= PLAN_PERMISSIVE;
    return r;
}
