/*
 * What a profile requires, against what this host can give. Helper, at start and at reload.
 *
 * Whoever is told that a feature is missing is told why, since the mend is another for each cause.
 *
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */
#include "required.h"

#include "cleanup.h"
#include "draft_landlock.h"
#include "draft_limits.h"
#include "label.h"

#include <linux/capability.h>
#include <stdio.h>
#include <string.h>

/* Landlock's scopes of signals and abstract sockets, since Linux 6.12. */
#define ABI_OF_SCOPES 6

/* Nothing but limits holds its scripts. */
static bool is_free(const struct profile *profile)
{
    return profile->unconfined || profile->permissive;
}

static const char *miss_landlock(const struct sandbox_host *host, const struct profile *profile)
{
    if (host->landlock_abi < 1)
        return "this kernel has no Landlock, or its parameter lsm= leaves it out";
    if (profile_may_mount(profile))
        return "the profile may mount, which Landlock would refuse";
    return NULL;
}

static const char *miss_scopes(const struct sandbox_host *host, const struct profile *profile)
{
    if (host->landlock_abi < ABI_OF_SCOPES)
        return "this kernel's Landlock, before ABI 6, has no scopes";
    if (profile->host_pids && profile->capabilities & 1ULL << CAP_KILL)
        return "the profile has pids = host and KILL, so signals leave it";
    return NULL;
}

static const char *miss_notify(const struct sandbox_host *host, const struct profile *profile)
{
    (void)profile;
    return host->notify ? NULL : "this kernel has no seccomp notification";
}

static const char *miss_namespaces(const struct sandbox_host *host)
{
    return host->namespaces ? NULL : "no namespace can be made here; see user.max_user_namespaces";
}

static const char *miss_pid_namespace(const struct sandbox_host *host,
                                      const struct profile *profile)
{
    return profile->host_pids ? "the profile has pids = host" : miss_namespaces(host);
}

static const char *miss_own_proc(const struct sandbox_host *host, const struct profile *profile)
{
    const char *why = miss_pid_namespace(host, profile);

    if (why || host->own_proc)
        return why;
    return "no new /proc can be mounted here, since parts of the one that is there are covered";
}

static const char *miss_mount_namespace(const struct sandbox_host *host,
                                        const struct profile *profile)
{
    (void)profile;
    return miss_namespaces(host);
}

static const char *miss_network_namespace(const struct sandbox_host *host,
                                          const struct profile *profile)
{
    return profile->host_network ? "the profile has network = host" : miss_namespaces(host);
}

static const char *miss_user(const struct sandbox_host *host, const struct profile *profile)
{
    (void)profile;
    return host->session ? "the helper is not root, so scripts run as its own user" : NULL;
}

static const char *miss_cgroup(const struct sandbox_host *host, const struct profile *profile)
{
    (void)profile;
    return host->cgroup ? NULL : "no cgroup of version 2 is the helper's to divide";
}

static const char *miss_selinux(const struct sandbox_host *host, const struct profile *profile)
{
    char label[PLAN_LABEL_SIZE];

    if (host->selinux[0] == '\0')
        return "SELinux is off here";
    return label_choose(host, profile, label)
               ? NULL
               : "SELinux's policy does not know its type; install virthook's module, or name "
                 "another by selinux";
}

static const char *miss_processes(const struct sandbox_host *host, const struct profile *profile)
{
    if (profile->processes == 0)
        return "the profile has processes = 0, which is no limit";
    if (sandbox_has_pid_max(host, profile) || host->cgroup_pids)
        return NULL;
    return "there is neither a PID limit of its own namespace (Linux 6.14) nor a cgroup with the "
           "controller pids";
}

/* Those with `in_any` may hold for an unconfined or permissive profile too. */
static const struct {
    enum feature feature;
    const char *(*miss)(const struct sandbox_host *host, const struct profile *profile);
    bool in_any;
} rows[] = {
    {FEATURE_LANDLOCK, miss_landlock, false},
    {FEATURE_LANDLOCK_SCOPES, miss_scopes, false},
    {FEATURE_NOTIFY, miss_notify, false},
    {FEATURE_PID_NAMESPACE, miss_pid_namespace, true},
    {FEATURE_OWN_PROC, miss_own_proc, true},
    {FEATURE_MOUNT_NAMESPACE, miss_mount_namespace, false},
    {FEATURE_NETWORK_NAMESPACE, miss_network_namespace, false},
    {FEATURE_USER, miss_user, false},
    {FEATURE_PROCESSES, miss_processes, true},
    {FEATURE_CGROUP, miss_cgroup, true},
    {FEATURE_SELINUX, miss_selinux, true},
};

const char *feature_missing(enum feature feature, const struct sandbox_host *host,
                            const struct profile *profile)
{
    size_t i = 0;

    while (rows[i].feature != feature)
        i++;
    if (is_free(profile) && !rows[i].in_any)
        return "the profile does not confine its scripts";
    return rows[i].miss(host, profile);
}

/* Uid 0 without a capability still owns what root owns: files, settings in /proc, processes. */
static const char *refuse_root(const struct sandbox_host *host, const struct profile *profile)
{
    if (is_free(profile) || host->session || profile->uid != 0)
        return NULL;
    if (!host->namespaces && miss_landlock(host, profile))
        return "it runs scripts as root, and neither Landlock nor read-only mounts would keep "
               "them from root's files; write another user";
    if (profile->host_pids && host->landlock_abi < ABI_OF_SCOPES &&
        !(profile->capabilities & 1ULL << CAP_KILL))
        return "it runs scripts as root with pids = host, and before ABI 6 Landlock would not keep "
               "them from signalling root's processes; write pids = own, or another user, or "
               "grant KILL";
    return NULL;
}

static int refuse_required(const struct sandbox_host *host, const struct profile *profile,
                           char **ret_why)
{
    for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
        const char *why = profile->required & rows[i].feature
                              ? feature_missing(rows[i].feature, host, profile)
                              : NULL;

        if (why)
            return asprintf(ret_why, "it requires %s, but %s", feature_name(i), why) < 0 ? -ENOMEM
                                                                                         : 0;
    }
    return 0;
}

int sandbox_refuse(const struct sandbox_host *host, const struct profile *profile, char **ret_why)
{
    const char *why = refuse_root(host, profile);

    *ret_why = NULL;
    if (profile->permissive && !host->notify)
        why = "it is permissive, and this kernel has no seccomp notification to record by";
    if (!why)
        return refuse_required(host, profile, ret_why);
    *ret_why = strdup(why);
    return *ret_why ? 0 : -ENOMEM;
}
