/*
 * What keeps a script from its runner where both are the same user and see each other: one more
 * Landlock domain, which the script is in and the runner is not, and out of which no signal leads.
 * Nor does ptrace(2), which a domain alone bars. Runner.
 *
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */
#include "shield.h"

#include <errno.h>
#include <linux/landlock.h>
#include <stdint.h>
#include <sys/syscall.h>
#include <unistd.h>

/* LANDLOCK_SCOPE_SIGNAL, ABI 6; linux-libc-dev 6.1 does not know it. */
#define SCOPE_SIGNAL (1ULL << 1)

int runner_make_shield(const struct plan *plan, int *ret_fd)
{
    /* struct landlock_ruleset_attr as of ABI 6. */
    const struct {
        uint64_t handled_access_fs, handled_access_net, scoped;
    } attributes = {.scoped = SCOPE_SIGNAL};
    long fd;

    *ret_fd = -EBADF;
    if (getpid() == 1 || !(plan->flags & PLAN_LANDLOCK) || !(plan->landlock_scope & SCOPE_SIGNAL))
        return 0;
    fd = syscall(SYS_landlock_create_ruleset, &attributes, sizeof(attributes), 0);
    if (fd < 0)
        return -errno;
    *ret_fd = (int)fd;
    return 0;
}
