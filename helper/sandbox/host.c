/*
 * What this host can give to a sandbox: the kernel is asked, once, at start. Helper.
 *
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */
#include "host.h"

#include "label.h"

#include <linux/landlock.h>
#include <linux/seccomp.h>
#include <stdint.h>
#include <stdlib.h>
#include <sys/syscall.h>
#include <sys/utsname.h>
#include <unistd.h>

/* Before this version the file is the host's: writing there would bound the host. */
static bool has_own_pid_max(void)
{
    struct utsname name;
    unsigned long major, minor;
    char *rest;

    if (uname(&name) < 0)
        return false;
    major = strtoul(name.release, &rest, 10);
    minor = *rest == '.' ? strtoul(rest + 1, NULL, 10) : 0;
    return major > 6 || (major == 6 && minor >= 14);
}

void sandbox_look(struct sandbox_host *ret_host)
{
    uint32_t action = SECCOMP_RET_USER_NOTIF;
    long abi = syscall(SYS_landlock_create_ruleset, NULL, 0, LANDLOCK_CREATE_RULESET_VERSION);

    *ret_host = (struct sandbox_host){
        .landlock_abi = abi > 0 ? (int)abi : 0,
        .notify = syscall(SYS_seccomp, SECCOMP_GET_ACTION_AVAIL, 0, &action) == 0,
        .session = geteuid() != 0,
        .own_pid_max = has_own_pid_max(),
    };
    label_look(ret_host->selinux);
}

bool sandbox_host_counts(const struct sandbox_host *host)
{
    return host->own_pid_max && host->namespaces && host->own_proc;
}
