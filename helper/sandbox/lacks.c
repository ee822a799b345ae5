/*
 * What this host cannot give to a sandbox, in words for the admin. Helper.
 *
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */
#include "host.h"

#include "cleanup.h"

#include <stdio.h>

/* What each ABI of Landlock lacks that the next one has; see landlock(7). */
static const struct {
    int below;
    const char *what;
} landlock_lacks[] = {
    {2, "files cannot be moved or linked from one folder to another, not even writable ones"},
    {3, "only the mounts keep files from being truncated"},
    {5, "only the devices' own modes bound what they take by ioctl"},
    {6, "scripts with network = host reach the host's abstract sockets, and those with pids = host "
        "signal all processes of their user"},
};

static int tell_landlock(int abi, struct text_list *lacks)
{
    int r = 0;

    if (abi == 0)
        return text_list_add(lacks, "Landlock (see the kernel's parameter lsm=): only the mounts "
                                    "guard files, no list of executable paths holds, and scripts "
                                    "with network = host reach the host's abstract sockets");
    for (size_t i = 0; r == 0 && i < sizeof(landlock_lacks) / sizeof(landlock_lacks[0]); i++) {
        auto_free char *text = NULL;

        if (abi >= landlock_lacks[i].below)
            continue;
        if (asprintf(&text, "Landlock's ABI %d (it is %d): %s", landlock_lacks[i].below, abi,
                     landlock_lacks[i].what) < 0)
            return -ENOMEM;
        r = text_list_add(lacks, text);
    }
    return r;
}

int sandbox_tell_lacks(const struct sandbox_host *host, struct text_list *lacks)
{
    bool counts = host->cgroup_pids || sandbox_host_counts(host);
    const struct {
        bool lacks;
        const char *what;
    } others[] = {
        {!host->notify, "seccomp notification: what scripts were refused is not told by name, and "
                        "no profile can be permissive"},
        {host->session, "root: scripts run as the helper's own user, and have no /tmp of their "
                        "guest's"},
        {!host->namespaces, "namespaces (see user.max_user_namespaces): scripts see the files, the "
                            "processes and the network that their user may see"},
        {host->namespaces && !host->own_proc, "a new /proc: scripts see the names and arguments of "
                                              "the host's processes"},
        {!counts, "a PID limit of each namespace (Linux 6.14), or a cgroup: processes are counted "
                  "over all scripts of a user, and root's are not"},
        {!host->cgroup,
         "cgroups of version 2 to divide (Delegate=yes in a unit): what scripts with "
         "pids = host leave behind is found among their runners' and the helper's "
         "children"},
    };
    int r = tell_landlock(host->landlock_abi, lacks);

    for (size_t i = 0; r == 0 && i < sizeof(others) / sizeof(others[0]); i++) {
        if (others[i].lacks)
            r = text_list_add(lacks, others[i].what);
    }
    return r;
}
