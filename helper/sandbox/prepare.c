/*
 * From a profile to what the runner carries out. Helper; the profile was checked when the
 * configuration was read.
 *
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */
#include "prepare.h"

#include "cleanup.h"
#include "describe.h"
#include "draft_limits.h"
#include "draft_profile.h"
#include "feature.h"
#include "needs.h"

#include <linux/landlock.h>
#include <pwd.h>
#include <sched.h>
#include <stdio.h>
#include <string.h>

bool sandbox_lacks_user(const struct sandbox_host *host, const struct profile *profile)
{
    return !profile->unconfined && !host->session && profile->user_missing;
}

bool sandbox_is_beyond(const struct sandbox_host *host, const struct profile *profile)
{
    const struct user_ns_map *map = host->map;

    if (!map)
        return false;
    for (size_t i = 0; i < map->count; i++) {
        if (map->scripts[i].uid == profile->uid && map->scripts[i].gid == profile->gid)
            return !needs_no_root(profile);
    }
    return true;
}

static int describe_plan(struct sandbox *sandbox, const struct plan *plan,
                         const struct sandbox_host *host)
{
    bool sets = plan->flags & PLAN_SET_CAPS && !(plan->flags & PLAN_PERMISSIVE);

    sandbox->enforced = sandbox_describe(plan, sandbox->clone_flags, sandbox->uid, host);
    sandbox->capabilities = sets ? sandbox_list_capabilities(plan) : NULL;
    return sandbox->enforced && (sandbox->capabilities || !sets) ? 0 : -ENOMEM;
}

/* Fills the sandbox's plan, and its description from that. */
static int make_plan(const struct sandbox_host *host, const struct profile *profile,
                     const char *const *scripts, struct sandbox *sandbox, const char **ret_problem)
{
    struct draft draft = {};
    int r = draft_profile(&draft, profile, host, scripts);

    if (r == 0)
        r = draft_seal(&draft, &sandbox->plan_fd);
    if (r == 0)
        r = describe_plan(sandbox, &draft.plan, host);
    sandbox->lists_programs = draft.plan.landlock_fs & LANDLOCK_ACCESS_FS_EXECUTE;
    sandbox->labelled = draft.plan.label[0] != '\0';
    if (r < 0)
        *ret_problem = draft.problem ? draft.problem : strerror(-r);
    draft_clear(&draft);
    return r;
}

/* Its scripts run as the helper itself does. */
static bool is_near_root(const struct profile *profile)
{
    return profile->unconfined || profile->permissive;
}

static uint64_t choose_namespaces(const struct sandbox_host *host, const struct profile *profile)
{
    uint64_t pids = profile->host_pids && !profile->permissive ? 0 : CLONE_NEWPID;

    if (!host->namespaces)
        return 0;
    if (is_near_root(profile))
        return pids;
    return pids | CLONE_NEWIPC | CLONE_NEWUTS | CLONE_NEWCGROUP |
           (profile->host_network ? 0 : CLONE_NEWNET);
}

/* A uid without an entry has no home, and its number for a name. */
static int find_user(struct sandbox *sandbox)
{
    const struct passwd *entry = getpwuid(sandbox->uid);
    char number[16];

    snprintf(number, sizeof(number), "%u", sandbox->uid);
    sandbox->user = strdup(entry ? entry->pw_name : number);
    sandbox->home = strdup(entry ? entry->pw_dir : "/");
    return sandbox->user && sandbox->home ? 0 : -ENOMEM;
}

/* In a session no other user could be kept from it. */
static bool has_own_tmp(const struct sandbox_host *host, const struct profile *profile)
{
    return !is_near_root(profile) && !profile->host_tmp && !host->session && host->namespaces;
}

/* Without capabilities nothing in it can be changed, and Landlock keeps others' abstract sockets,
 * which are all that can be met there, out of reach. */
static bool shares_network(const struct sandbox_host *host, const struct profile *profile)
{
    return profile->capabilities == 0 && host->landlock_abi >= 6;
}

/* Where nothing else holds a script's processes, or counts them; or where it must have one. */
static bool wants_cgroup(const struct sandbox_host *host, const struct profile *profile)
{
    return profile->host_pids || !host->namespaces || profile->required & FEATURE_CGROUP ||
           (profile->processes > 0 && host->cgroup_pids && !sandbox_has_pid_max(host, profile));
}

int sandbox_prepare(const struct sandbox_host *host, const struct profile *profile,
                    const char *const *scripts, struct sandbox *ret_sandbox, char **ret_error)
{
    struct sandbox sandbox = {
        .profile = strdup(profile->name),
        .unconfined = profile->unconfined,
        .permissive = profile->permissive,
        .host_pids = (profile->host_pids && !profile->permissive) || !host->namespaces,
        .uid = is_near_root(profile) || host->session ? geteuid() : profile->uid,
        .gid = is_near_root(profile) || host->session ? getegid() : profile->gid,
        .plan_fd = -EBADF,
        .clone_flags = choose_namespaces(host, profile),
        .shares_network = shares_network(host, profile),
        .time_ms = profile->time_ms,
        .linger_ms = profile->linger_ms,
        .cgroup = wants_cgroup(host, profile),
        .processes = profile->processes,
        .memory = profile->memory,
        .tmp_size = has_own_tmp(host, profile) ? profile->tmp_size : 0,
    };
    const char *problem = strerror(ENOMEM);
    int r = sandbox.profile ? find_user(&sandbox) : -ENOMEM;

    if (r == 0 && sandbox_lacks_user(host, profile)) {
        problem = "its user does not exist";
        r = -ENOENT;
    }
    if (r == 0)
        r = make_plan(host, profile, scripts, &sandbox, &problem);
    if (r < 0) {
        sandbox_clear(&sandbox);
        if (asprintf(ret_error, "profile %s cannot be prepared: %s", profile->name, problem) < 0)
            return -ENOMEM;
        return SANDBOX_E_REFUSED;
    }
    *ret_sandbox = sandbox;
    return 0;
}

void sandbox_clear(struct sandbox *sandbox)
{
    free(sandbox->profile);
    free(sandbox->enforced);
    free(sandbox->capabilities);
    free(sandbox->user);
    free(sandbox->home);
    close_fd(&sandbox->plan_fd);
}
