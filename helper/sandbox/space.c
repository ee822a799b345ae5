/*
 * Finding or making the space of scripts. Helper, at start, while it is still root; a few children
 * do what changes a process's own namespaces. Names below the place are made by helpers alone.
 *
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */
#include "space.h"

#include "cleanup.h"
#include "space_tmp.h"
#include "tmp.h"

#include <dirent.h>
#include <fcntl.h>
#include <linux/magic.h>
#include <sched.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>
#include <sys/file.h>
#include <sys/mount.h>
#include <sys/stat.h>
#include <sys/statfs.h>

#ifndef NSFS_MAGIC
#define NSFS_MAGIC 0x6e736673
#endif

/* FNV-1a, 64 bits, of numbers. */
static uint64_t add_hash(uint64_t hash, unsigned int number)
{
    for (int i = 0; i < 4; i++)
        hash = (hash ^ (number >> (8 * i) & 0xff)) * 1099511628211ULL;
    return hash;
}

/* Spaces with the same users are the same: "root", or a hash of all ids. */
static void name_space(const struct user_ns_map *map, char name[24])
{
    uint64_t hash = 14695981039346656037ULL;

    if (!map) {
        strcpy(name, "root");
        return;
    }
    hash = add_hash(add_hash(hash, map->helper.uid), map->helper.gid);
    for (size_t i = 0; i < map->count; i++)
        hash = add_hash(add_hash(hash, map->scripts[i].uid), map->scripts[i].gid);
    snprintf(name, 24, "%016llx", (unsigned long long)hash);
}

static bool is_mount_point(int folder)
{
    struct statx here;

    return statx(folder, "", AT_EMPTY_PATH, 0, &here) == 0 &&
           here.stx_attributes & STATX_ATTR_MOUNT_ROOT;
}

/*
 * The folder of pins, locked until it is closed. A mount namespace can be pinned only where the
 * mount does not spread to others, so the folder is a private mount of itself.
 */
static int open_pins(const char *place, int *ret_folder)
{
    auto_free char *path = NULL;
    auto_close int folder = -EBADF;

    if (asprintf(&path, "%s.spaces", place) < 0)
        return -ENOMEM;
    if (mkdir(path, 0700) < 0 && errno != EEXIST)
        return -errno;
    folder = open(path, O_RDONLY | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC);
    if (folder < 0 || flock(folder, LOCK_EX) < 0)
        return -errno;
    if (!is_mount_point(folder)) {
        int lock = folder;

        if (mount(path, path, NULL, MS_BIND, NULL) < 0 ||
            mount(NULL, path, NULL, MS_PRIVATE, NULL) < 0)
            return -errno;
        folder = open(path, O_RDONLY | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC);
        /* The lock is the file's, whatever mount it is seen through. */
        close(lock);
        if (folder < 0 || flock(folder, LOCK_EX) < 0)
            return -errno;
    }
    *ret_folder = take_fd(&folder);
    return 0;
}

/* Opens the namespace that is pinned to this name. */
static int open_pin(int pins, const char *name, int *ret_fd)
{
    auto_close int fd = openat(pins, name, O_RDONLY | O_NOFOLLOW | O_CLOEXEC);
    struct statfs system;

    if (fd < 0)
        return -errno;
    if (fstatfs(fd, &system) < 0)
        return -errno;
    if (system.f_type != NSFS_MAGIC)
        return -ENOENT;
    *ret_fd = take_fd(&fd);
    return 0;
}

static int pin(int pins, const char *name, int ns)
{
    char from[64], to[64];
    int file = openat(pins, name, O_WRONLY | O_CREAT | O_NOFOLLOW | O_CLOEXEC, 0600);

    if (file < 0)
        return -errno;
    close(file);
    snprintf(from, sizeof(from), "/proc/self/fd/%d", ns);
    snprintf(to, sizeof(to), "/proc/self/fd/%d/%s", pins, name);
    return mount(from, to, NULL, MS_BIND, NULL) < 0 ? -errno : 0;
}

/* From what is pinned; -ENOENT where that is not whole. */
static int find_space(int pins, const char *name, const struct user_ns_map *map,
                      struct space *ret_space)
{
    auto_close int user_ns = -EBADF, mount_ns = -EBADF;
    char file[40];
    int r = 0;

    snprintf(file, sizeof(file), "%s.user", name);
    if (map)
        r = open_pin(pins, file, &user_ns);
    snprintf(file, sizeof(file), "%s.mnt", name);
    if (r == 0)
        r = open_pin(pins, file, &mount_ns);
    if (r < 0)
        return r;
    *ret_space = (struct space){take_fd(&user_ns), take_fd(&mount_ns), .lasts = true};
    return 0;
}

static int make_space(const char *place, const struct user_ns_map *map, struct space *ret_space)
{
    struct space space = {.user_ns_fd = -EBADF, .mount_ns_fd = -EBADF};
    int r = 0;

    if (map)
        r = user_ns_make(map, &space.user_ns_fd);
    if (r < 0)
        return r;
    r = space_tmp_make(place, space.user_ns_fd, &space.mount_ns_fd);
    if (r < 0) {
        space_close(&space);
        return r;
    }
    *ret_space = space;
    return 0;
}

/* Makes its mount namespace anew on this processor, and pins it to the file. */
static int pin_from(size_t cpu, int pins, const char *file, const char *place, struct space *space)
{
    cpu_set_t one;
    int fd, r;

    CPU_ZERO(&one);
    CPU_SET(cpu, &one);
    if (sched_setaffinity(0, sizeof(one), &one) < 0)
        return -EINVAL;
    r = space_tmp_make(place, space->user_ns_fd, &fd);
    if (r < 0)
        return r;
    close_fd(&space->mount_ns_fd);
    space->mount_ns_fd = fd;
    return pin(pins, file, fd);
}

/*
 * A mount namespace can be pinned only into one of a lower number, and since Linux 6.18 each
 * processor gives out numbers of its own (kernel/nstree.c). Where the helper's own is a young one,
 * as in a unit with ProtectSystem=, the processor on which that was made is sure to give a higher
 * one.
 */
static int pin_mount_ns(int pins, const char *name, const char *place, struct space *space)
{
    cpu_set_t allowed;
    char file[40];
    int r;

    snprintf(file, sizeof(file), "%s.mnt", name);
    r = pin(pins, file, space->mount_ns_fd);
    if (r != -EINVAL || sched_getaffinity(0, sizeof(allowed), &allowed) < 0)
        return r;
    for (size_t cpu = 0; r == -EINVAL && cpu < CPU_SETSIZE; cpu++) {
        if (CPU_ISSET(cpu, &allowed))
            r = pin_from(cpu, pins, file, place, space);
    }
    (void)sched_setaffinity(0, sizeof(allowed), &allowed);
    return r;
}

/* Where it cannot be pinned the space ends with this helper, which status tells. */
static void pin_space(int pins, const char *name, const char *place, struct space *space)
{
    char file[40];
    int r = 0;

    snprintf(file, sizeof(file), "%s.user", name);
    if (space->user_ns_fd >= 0)
        r = pin(pins, file, space->user_ns_fd);
    if (r == 0)
        r = pin_mount_ns(pins, name, place, space);
    space->lasts = r == 0;
}

/* Guests that were prepared by a helper with other users find their /tmp here too. */
static void take_over(int pins, const char *name, const char *place, const struct space *space)
{
    int copy = dup(pins);
    DIR *folder = copy >= 0 ? fdopendir(copy) : NULL;
    struct dirent *entry;
    char own[40];

    if (!folder) {
        close_fd(&copy);
        return;
    }
    snprintf(own, sizeof(own), "%s.mnt", name);
    rewinddir(folder);
    while ((entry = readdir(folder))) {
        const char *end = strrchr(entry->d_name, '.');
        auto_close int other = -EBADF;

        if (!end || strcmp(end, ".mnt") != 0 || strcmp(entry->d_name, own) == 0)
            continue;
        if (open_pin(pins, entry->d_name, &other) == 0)
            space_tmp_copy(place, other, space->mount_ns_fd);
    }
    closedir(folder);
}

int space_open(const char *place, const struct user_ns_map *map, struct space *ret_space)
{
    auto_close int pins = -EBADF;
    char name[24];
    int r = tmp_make_place(place, map ? map->helper.uid : 0, map ? map->helper.gid : 0);

    if (r < 0)
        return r;
    name_space(map, name);
    /* Without pins all else works. */
    (void)open_pins(place, &pins);
    if (pins >= 0 && find_space(pins, name, map, ret_space) == 0) {
        take_over(pins, name, place, ret_space);
        return 0;
    }
    r = make_space(place, map, ret_space);
    if (r == 0 && pins >= 0) {
        pin_space(pins, name, place, ret_space);
        take_over(pins, name, place, ret_space);
    }
    return r;
}

void space_close(struct space *space)
{
    close_fd(&space->user_ns_fd);
    close_fd(&space->mount_ns_fd);
}
