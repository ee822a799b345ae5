/*
 * Where the helper's own cgroup is. Helper.
 *
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */
#pragma once

#include <stdio.h>

/*
 * The folder of this process's cgroup in the hierarchy of version 2, from /proc/self/cgroup and
 * /proc/self/mountinfo as they are read from these streams; the caller frees. NULL where there is
 * no such hierarchy, where it is not mounted, or where it is mounted from below that cgroup.
 */
char *cgroup_find_place(FILE *cgroup, FILE *mountinfo);
