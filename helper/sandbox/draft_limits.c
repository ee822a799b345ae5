/*
 * A plan while it is made: its limits. Helper.
 *
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */
#include "draft_limits.h"

#include <sys/resource.h>

/*
 * No core: 0 keeps the file away, but not a program of the host's that cores are piped to, which
 * runs as root on what the script has made; at 1 the kernel does not start it (core(5),
 * fs/coredump.c).
 */
#define CORE_NONE 1

/*
 * Microseconds that a process may compute in real time without a rest: SYS_NICE lets it take such a
 * priority, before which nothing else runs. The value ends what has gone wrong, and is more than a
 * script needs that sets the priority of another process.
 */
#define REAL_TIME_MAX_US 500000

bool sandbox_has_pid_max(const struct sandbox_host *host, const struct profile *profile)
{
    /* In a session the runner of what is not confined may do no more than its user. */
    bool may_write = !host->session || !(profile->unconfined || profile->permissive);

    return profile->processes > 0 && sandbox_host_counts(host) && !profile->host_pids && may_write;
}

/*
 * A namespace's own pid_max bounds each script by itself, and uid 0 too; of the host's it would
 * bound the host. So does a cgroup, which the helper makes. RLIMIT_NPROC counts all processes of
 * the script's user, so that a fork bomb is felt by other scripts too.
 */
static void limit_processes(struct draft *draft, const struct profile *profile,
                            const struct sandbox_host *host)
{
    if (sandbox_has_pid_max(host, profile))
        draft->plan.pid_max = PLAN_PIDS_RESERVED + profile->processes;
    else if (!host->cgroup_pids)
        draft_limit(draft, RLIMIT_NPROC, profile->processes);
}

void draft_limits(struct draft *draft, const struct profile *profile,
                  const struct sandbox_host *host)
{
    draft_limit(draft, RLIMIT_CPU, profile->cpu_seconds);
    draft_limit(draft, RLIMIT_AS, profile->memory);
    draft_limit(draft, RLIMIT_FSIZE, profile->file_size);
    draft_limit(draft, RLIMIT_NOFILE, profile->open_files);
    if (!profile->unconfined) {
        draft_limit(draft, RLIMIT_CORE, CORE_NONE);
        draft_limit(draft, RLIMIT_RTTIME, REAL_TIME_MAX_US);
    }
    limit_processes(draft, profile, host);
}
