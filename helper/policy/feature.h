/*
 * What a profile may require of the host that its scripts run on: a closed list of names. Helper.
 *
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */
#pragma once

#include <stddef.h>
#include <stdint.h>

/* Each is one bit of a profile's `required`. What they mean is told to admins in
 * packaging/profiles.conf.in; sandbox/required.c says which of them hold. */
enum feature {
    FEATURE_LANDLOCK = 1 << 0,          /* rules for files: a second wall behind the mounts */
    FEATURE_LANDLOCK_SCOPES = 1 << 1,   /* signals and abstract sockets reach no stranger */
    FEATURE_NOTIFY = 1 << 2,            /* what was refused is told by its name */
    FEATURE_PID_NAMESPACE = 1 << 3,     /* scripts see no process but their own */
    FEATURE_OWN_PROC = 1 << 4,          /* and their /proc shows no other */
    FEATURE_MOUNT_NAMESPACE = 1 << 5,   /* read-only, hidden and private folders */
    FEATURE_NETWORK_NAMESPACE = 1 << 6, /* network = none */
    FEATURE_USER = 1 << 7,              /* scripts run as the profile's user */
    FEATURE_PROCESSES = 1 << 8,         /* processes are counted per script */
    FEATURE_CGROUP = 1 << 9,            /* each script has a cgroup of its own */
    FEATURE_SELINUX = 1 << 10,          /* and runs in the domain of its profile */
};

/* The name as it is written, in the order of their bits; NULL past the last. A constant. */
const char *feature_name(size_t index);

/* The bit of this name; 0 for a name that is none. */
uint32_t feature_find(const char *name);
