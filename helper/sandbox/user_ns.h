/*
 * A user namespace that the helper owns, so that it may do there what it may not outside: make
 * namespaces, take its scripts' users, and end their processes. Helper, at start, as root.
 *
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */
#pragma once

#include <stddef.h>
#include <sys/types.h>

struct user_ids {
    uid_t uid;
    gid_t gid;
};

/* Users of scripts at the most: the kernel takes 340 lines of a map. */
#define USER_NS_SCRIPTS_MAX 256

/* Who is in it: the helper as its root, and the users of scripts under their own numbers. */
struct user_ns_map {
    struct user_ids helper;
    size_t count;
    struct user_ids scripts[USER_NS_SCRIPTS_MAX]; /* none twice, none the helper's */
};

/* Makes it, owned by the helper's user. `*ret_fd` is the caller's. Returns 0 or a negative errno.
 */
int user_ns_make(const struct user_ns_map *map, int *ret_fd);

/* Enters it, as its root; nothing is done where it is negative. Returns 0 or a negative errno. */
int user_ns_join(int fd);
