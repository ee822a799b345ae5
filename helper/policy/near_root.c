/*
 * Profiles whose scripts can become root of the host, told from what they grant. Helper.
 *
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */
#include "near_root.h"

#include "capabilities.h"
#include "cleanup.h"

#include <linux/capability.h>
#include <stdio.h>
#include <string.h>

/*
 * Each of these gives its holder, in one or two steps, the host: modules, memory and devices; any
 * file; any user; other processes' memory.
 */
static const struct {
    int number;
    const char *name;
} capabilities[] = {
    {CAP_SYS_ADMIN, "SYS_ADMIN"},
    {CAP_SYS_MODULE, "SYS_MODULE"},
    {CAP_SYS_RAWIO, "SYS_RAWIO"},
    {CAP_SYS_PTRACE, "SYS_PTRACE"},
    {CAP_SYS_BOOT, "SYS_BOOT"},
    {CAP_SETUID, "SETUID"},
    {CAP_SETGID, "SETGID"},
    {CAP_SETFCAP, "SETFCAP"},
    {CAP_DAC_OVERRIDE, "DAC_OVERRIDE"},
    {CAP_DAC_READ_SEARCH, "DAC_READ_SEARCH"},
    {CAP_CHOWN, "CHOWN"},
    {CAP_FOWNER, "FOWNER"},
    {CAP_MKNOD, "MKNOD"},
};

/* What root writes there is run, or believed, as root: each of them, and what they are in. */
static const char *const writable[] = {
    "/bin",
    "/boot",
    "/dev",
    "/etc/cron.d",
    "/etc/ld.so.preload",
    "/etc/passwd",
    "/etc/systemd/system",
    "/lib",
    "/lib64",
    "/proc/sys/kernel/core_pattern",
    "/proc/sys/kernel/modprobe",
    "/root",
    "/run/systemd/system",
    "/sbin",
    "/sys/bus/pci",
    "/sys/kernel/uevent_helper",
    "/usr/bin",
    "/usr/lib",
    "/usr/local/bin",
    "/usr/sbin",
    "/var/spool/cron",
};

/* Whoever is root and reaches these has all that their services do. */
static const char *const sockets[] = {
    "/run/containerd/containerd.sock", "/run/dbus/system_bus_socket", "/run/docker.sock",
    "/run/libvirt/libvirt-sock",       "/run/podman/podman.sock",     "/run/systemd/private",
    "/run/virthook/helper.sock",
};

#define COUNT(array) (sizeof(array) / sizeof((array)[0]))

/* Whether `path` is `what`, or a folder that it is in. */
static bool holds(const char *path, const char *what)
{
    size_t length = strlen(path);

    if (strcmp(path, "/") == 0)
        return true;
    return strncmp(path, what, length) == 0 && (what[length] == '/' || what[length] == '\0');
}

/* The first path of the list that is, or holds, one of these; NULL where there is none. */
static const char *find(const struct text_list *list, const char *const *what, size_t count)
{
    for (size_t i = 0; i < list->count; i++) {
        const char *path = list->texts[i] + (*list->texts[i] == '-');

        for (size_t j = 0; j < count; j++) {
            if (holds(path, what[j]))
                return path;
        }
    }
    return NULL;
}

static int say(char **ret_why, const char *what, const char *which)
{
    return asprintf(ret_why, "%s %s", what, which) < 0 ? -ENOMEM : 0;
}

static int look_at_paths(const struct profile *profile, char **ret_why)
{
    const char *path = find(&profile->writable, writable, COUNT(writable));

    if (path)
        return say(ret_why, "as root it may write to", path);
    path = find(&profile->sockets, sockets, COUNT(sockets));
    return path ? say(ret_why, "as root it reaches", path) : 0;
}

int profile_near_root(const struct profile *profile, char **ret_why)
{
    *ret_why = NULL;
    if (profile->unconfined || profile->permissive)
        return say(ret_why, "it is", profile->unconfined ? "unconfined" : "permissive");
    for (size_t i = 0; i < COUNT(capabilities); i++) {
        if (profile->capabilities & 1ULL << capabilities[i].number)
            return say(ret_why, "it grants", capabilities[i].name);
    }
    return profile->uid == 0 ? look_at_paths(profile, ret_why) : 0;
}

/* What has no part in it is left out. */
static int add_grant(struct profile *profile, const char *key, const char *value)
{
    int number = capability_number(value);

    if (strcmp(key, "capabilities") == 0 && number >= 0)
        profile->capabilities = 1ULL << number;
    if (strcmp(key, "writable") == 0)
        return text_list_add(&profile->writable, value);
    return strcmp(key, "sockets") == 0 ? text_list_add(&profile->sockets, value) : 0;
}

int grant_near_root(uid_t uid, const char *key, const char *value, char **ret_why)
{
    struct profile profile = {.uid = uid};
    int r = add_grant(&profile, key, value);

    *ret_why = NULL;
    if (r == 0)
        r = profile_near_root(&profile, ret_why);
    profile_clear(&profile);
    return r;
}
