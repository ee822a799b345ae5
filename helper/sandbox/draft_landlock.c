/*
 * A plan while it is made: Landlock's part. Helper.
 *
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */
#include "draft_landlock.h"

#include "sets.h"

#include <linux/capability.h>
#include <linux/landlock.h>

/* What of a file system Landlock handles: all that changes it; since ABI 1, 2, 3 and 5. */
#define LANDLOCK_FS_1                                                                              \
    (LANDLOCK_ACCESS_FS_WRITE_FILE | LANDLOCK_ACCESS_FS_REMOVE_DIR |                               \
     LANDLOCK_ACCESS_FS_REMOVE_FILE | LANDLOCK_ACCESS_FS_MAKE_CHAR | LANDLOCK_ACCESS_FS_MAKE_DIR | \
     LANDLOCK_ACCESS_FS_MAKE_REG | LANDLOCK_ACCESS_FS_MAKE_SOCK | LANDLOCK_ACCESS_FS_MAKE_FIFO |   \
     LANDLOCK_ACCESS_FS_MAKE_BLOCK | LANDLOCK_ACCESS_FS_MAKE_SYM)
#define LANDLOCK_FS_2 LANDLOCK_ACCESS_FS_REFER
#define LANDLOCK_FS_3 (1ULL << 14) /* truncate */
#define LANDLOCK_FS_5 (1ULL << 15) /* ioctl of a device */

/* Since ABI 6. */
#define LANDLOCK_SCOPE_ABSTRACT_UNIX_SOCKET (1ULL << 0)
#define LANDLOCK_SCOPE_SIGNAL               (1ULL << 1)

bool profile_lists_programs(const struct profile *profile)
{
    return !text_list_has(&profile->executable, "/");
}

bool profile_may_mount(const struct profile *profile)
{
    static const char *const calls[] = {"mount", "move_mount", "pivot_root", "umount2"};

    if (!(profile->capabilities & (1ULL << CAP_SYS_ADMIN)))
        return false;
    for (size_t i = 0; i < sizeof(calls) / sizeof(calls[0]); i++) {
        if (syscalls_reach((const char *const *)profile->syscalls.texts, calls[i]))
            return true;
    }
    return false;
}

static uint64_t choose_landlock_fs(int abi)
{
    return (abi >= 1 ? LANDLOCK_FS_1 : 0) | (abi >= 2 ? LANDLOCK_FS_2 : 0) |
           (abi >= 3 ? LANDLOCK_FS_3 : 0) | (abi >= 5 ? LANDLOCK_FS_5 : 0);
}

/* Whoever is given the host's processes and CAP_KILL is meant to signal them. */
static uint64_t choose_scope(const struct profile *profile)
{
    bool signals = profile->host_pids && profile->capabilities & (1ULL << CAP_KILL);

    return LANDLOCK_SCOPE_ABSTRACT_UNIX_SOCKET | (signals ? 0 : LANDLOCK_SCOPE_SIGNAL);
}

void draft_landlock(struct draft *draft, const struct profile *profile,
                    const struct sandbox_host *host)
{
    struct plan *plan = &draft->plan;

    plan->landlock_fs = profile_may_mount(profile) ? 0 : choose_landlock_fs(host->landlock_abi);
    if (plan->landlock_fs && profile_lists_programs(profile))
        plan->landlock_fs |= LANDLOCK_ACCESS_FS_EXECUTE;
    plan->landlock_scope = host->landlock_abi >= 6 ? choose_scope(profile) : 0;
    if (plan->landlock_fs || plan->landlock_scope)
        plan->flags |= PLAN_LANDLOCK;
}
