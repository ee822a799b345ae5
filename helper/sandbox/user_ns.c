/*
 * Making the helper's user namespace. Helper, at start, as root; all its input is the helper's own.
 *
 * A child takes the helper's user while it keeps its capabilities, and with it the ownership of the
 * namespace that it makes; root writes the maps. Then the child is no longer needed.
 *
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */
#include "user_ns.h"

#include "cleanup.h"
#include "ns_child.h"

#include <fcntl.h>
#include <linux/securebits.h>
#include <sched.h>
#include <stdbool.h>
#include <stdio.h>
#include <string.h>
#include <sys/prctl.h>

/* Bytes of one line of a map. */
#define LINE_SIZE 40

static int enter(const void *context)
{
    const struct user_ids *owner = &((const struct user_ns_map *)context)->helper;

    if (prctl(PR_SET_SECUREBITS, SECBIT_NO_SETUID_FIXUP) < 0 ||
        setresgid(owner->gid, owner->gid, owner->gid) < 0 ||
        setresuid(owner->uid, owner->uid, owner->uid) < 0 || unshare(CLONE_NEWUSER) < 0)
        return -errno;
    return 0;
}

static int write_file(pid_t pid, const char *name, const char *text)
{
    auto_close int fd = -EBADF;
    char path[64];

    snprintf(path, sizeof(path), "/proc/%d/%s", pid, name);
    fd = open(path, O_WRONLY | O_CLOEXEC);
    if (fd < 0)
        return -errno;
    /* In one piece: the kernel takes no second write. */
    return write(fd, text, strlen(text)) < 0 ? -errno : 0;
}

static int write_map(pid_t pid, const struct user_ns_map *map, bool groups)
{
    auto_free char *text = malloc((map->count + 1) * LINE_SIZE + 1);
    int length;

    if (!text)
        return -ENOMEM;
    length = sprintf(text, "0 %u 1\n", groups ? map->helper.gid : map->helper.uid);
    for (size_t i = 0; i < map->count; i++) {
        unsigned int id = groups ? map->scripts[i].gid : map->scripts[i].uid;
        bool known = groups && id == map->helper.gid;

        /* Two users may have one group, which is mapped once. */
        for (size_t j = 0; groups && j < i; j++)
            known = known || map->scripts[j].gid == id;
        if (!known)
            length += sprintf(text + length, "%u %u 1\n", id, id);
    }
    return write_file(pid, groups ? "gid_map" : "uid_map", text);
}

static int write_maps(pid_t pid, const void *context)
{
    int r = write_map(pid, context, true);

    return r == 0 ? write_map(pid, context, false) : r;
}

int user_ns_make(const struct user_ns_map *map, int *ret_fd)
{
    const struct ns_maker maker = {
        .enter = enter, .settle = write_maps, .context = map, .kind = "user"};

    return ns_child_make(&maker, ret_fd);
}

int user_ns_join(int fd)
{
    if (fd < 0)
        return 0;
    if (setns(fd, CLONE_NEWUSER) < 0 || setresgid(0, 0, 0) < 0 || setresuid(0, 0, 0) < 0)
        return -errno;
    return 0;
}
