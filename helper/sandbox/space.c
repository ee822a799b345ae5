/*
 * Finding or making the space of scripts. Helper, at start, while it is still root; a few children
 * do what changes a process's own namespaces. Names below the place are made by helpers alone.
 *
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */
#include "space.h"

#include "cleanup.h"
#include "ns_child.h"
#include "space_pins.h"
#include "space_tmp.h"
#include "tmp.h"

#include <dirent.h>
#include <fcntl.h>
#include <sched.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>

/* Bytes of a space's name, and of a pin's. */
#define NAME_SIZE 24
#define PIN_SIZE  32
/* FNV-1a, 64 bits, of numbers. */
static uint64_t add_hash(uint64_t hash, unsigned int number)
{
    for (int i = 0; i < 4; i++)
        hash = (hash ^ (number >> (8 * i) & 0xff)) * 1099511628211ULL;
    return hash;
}

/* Spaces with the same users are the same: "root", or a hash of all ids. */
static void name_space(const struct user_ns_map *map, char name[NAME_SIZE])
{
    uint64_t hash = 14695981039346656037ULL;

    if (!map) {
        strcpy(name, "root");
        return;
    }
    hash = add_hash(add_hash(hash, map->helper.uid), map->helper.gid);
    for (size_t i = 0; i < map->count; i++)
        hash = add_hash(add_hash(hash, map->scripts[i].uid), map->scripts[i].gid);
    snprintf(name, NAME_SIZE, "%016llx", (unsigned long long)hash);
}

static const char *name_pin(const char *name, const char *kind, char file[PIN_SIZE])
{
    snprintf(file, PIN_SIZE, "%s.%s", name, kind);
    return file;
}

/* From what is pinned; -ENOENT where that is not whole, or the place was removed since. */
static int find_space(int pins, const char *name, const char *place, bool has_user_ns,
                      struct space *ret_space)
{
    auto_close int user_ns = -EBADF, mount_ns = -EBADF, net_ns = -EBADF;
    char file[PIN_SIZE];
    int r = 0;

    if (has_user_ns)
        r = pins_find(pins, name_pin(name, "user", file), &user_ns);
    if (r == 0)
        r = pins_find(pins, name_pin(name, "mnt", file), &mount_ns);
    if (r == 0)
        r = pins_find(pins, name_pin(name, "net", file), &net_ns);
    if (r == 0 && !space_tmp_is_of(place, mount_ns))
        r = -ENOENT;
    if (r < 0)
        return r;
    *ret_space = (struct space){take_fd(&user_ns), take_fd(&mount_ns), take_fd(&net_ns), true};
    return 0;
}

/* A network in which there is nothing but a loopback that is down. */
static int enter_network(const void *context)
{
    const struct space *space = context;
    int r = user_ns_join(space->user_ns_fd);

    if (r < 0)
        return r;
    return unshare(CLONE_NEWNET) < 0 ? -errno : 0;
}

static int make_space(const char *place, const struct user_ns_map *map, struct space *ret_space)
{
    struct space space = {.user_ns_fd = -EBADF, .mount_ns_fd = -EBADF, .net_ns_fd = -EBADF};
    const struct ns_maker network = {.enter = enter_network, .context = &space, .kind = "net"};
    int r = map ? user_ns_make(map, &space.user_ns_fd) : 0;

    if (r == 0)
        r = space_tmp_make(place, space.user_ns_fd, &space.mount_ns_fd);
    if (r == 0)
        r = ns_child_make(&network, &space.net_ns_fd);
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
    return pins_add(pins, file, fd);
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
    char file[PIN_SIZE];
    int r = pins_add(pins, name_pin(name, "mnt", file), space->mount_ns_fd);

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
    char file[PIN_SIZE];
    int r = 0;

    if (space->user_ns_fd >= 0)
        r = pins_add(pins, name_pin(name, "user", file), space->user_ns_fd);
    if (r == 0)
        r = pins_add(pins, name_pin(name, "net", file), space->net_ns_fd);
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
    char own[PIN_SIZE];

    if (!folder) {
        close_fd(&copy);
        return;
    }
    name_pin(name, "mnt", own);
    rewinddir(folder);
    while ((entry = readdir(folder))) {
        const char *end = strrchr(entry->d_name, '.');
        auto_close int other = -EBADF;

        if (!end || strcmp(end, ".mnt") != 0 || strcmp(entry->d_name, own) == 0)
            continue;
        if (pins_find(pins, entry->d_name, &other) == 0)
            space_tmp_copy(place, other, space->mount_ns_fd);
    }
    closedir(folder);
}

int space_open(const char *place, const struct user_ns_map *map, struct space *ret_space)
{
    auto_close int pins = -EBADF;
    char name[NAME_SIZE];
    int r = tmp_make_place(place);

    if (r < 0)
        return r;
    if (map && lchown(place, map->helper.uid, map->helper.gid) < 0)
        return -errno;
    name_space(map, name);
    /* Without pins all else works. */
    (void)pins_open(place, &pins);
    if (pins >= 0 && find_space(pins, name, place, map != NULL, ret_space) == 0) {
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
    close_fd(&space->net_ns_fd);
}
