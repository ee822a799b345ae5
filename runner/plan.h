/*
 * How a script is confined, ready to be done: made by the helper once for each profile, at start
 * and at reload, as one sealed memfd, and carried out by the runner before it forks the script.
 * Nothing in it depends on a call. Both are of one build and one host, so the structure travels as
 * it is.
 *
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */
#pragma once

#include <linux/filter.h>
#include <stddef.h>
#include <stdint.h>

/* Resource limits that a plan may set; Linux has 16. */
#define PLAN_LIMITS_MAX 16

/* Instructions of one filter at the most: the kernel's BPF_MAXINSNS. */
#define PLAN_FILTER_MAX 4096

/* Paths of a plan at the most, and bytes of all of them. */
#define PLAN_PATHS_MAX      416
#define PLAN_PATHS_SIZE_MAX 65536

enum plan_flag {
    PLAN_SET_USER = 1 << 0,     /* change to uid and gid, with no other group */
    PLAN_SET_CAPS = 1 << 1,     /* all five capability sets become `capabilities`, for good */
    PLAN_NO_NEW_PRIVS = 1 << 2, /* no exec gives more than is there */
    PLAN_NOTIFY = 1 << 3,       /* the filter has a listener, which goes to the helper */
    PLAN_MOUNTS = 1 << 4,       /* a file system of its own, from the paths and the flags below */
    PLAN_OWN_TMP = 1 << 5,
    PLAN_OWN_DEV = 1 << 6,
    PLAN_LANDLOCK = 1 << 7,  /* writing by Landlock too, and its scopes */
    PLAN_HOST_PIDS = 1 << 9, /* no PID namespace: the runner is no PID 1 */
};

enum plan_path_kind {
    PLAN_WRITABLE = 1, /* stays as it is where all else becomes read-only */
    PLAN_HIDDEN,       /* shown as empty */
    PLAN_SHOWN,        /* shown again, read-only, where what is around it is hidden */
    PLAN_SOCKET,       /* shown in the otherwise empty /run */
    PLAN_EXECUTABLE,   /* for Landlock alone: what may be executed, where that is handled */
};

/* One resource limit, soft and hard, as of setrlimit(2). */
struct plan_limit {
    uint32_t resource;
    uint32_t reserved;
    uint64_t value;
};

/* The header; then filter_count instructions; then the paths, each a byte of enum plan_path_kind, a
 * byte that says whether it may be missing, and the path with its NUL. */
struct plan {
    uint32_t size; /* of the whole memfd */
    uint32_t flags;
    uint32_t uid, gid;
    uint64_t capabilities;                /* bit n is capability number n */
    uint64_t tmp_size;                    /* bytes */
    uint64_t pid_max;                     /* of the PID namespace; 0: as it is */
    uint64_t landlock_fs, landlock_scope; /* what the kernel's ABI can handle of it */
    uint32_t limit_count;
    uint32_t filter_count; /* instructions; 0: no filter */
    uint32_t path_count, paths_size;
    struct plan_limit limits[PLAN_LIMITS_MAX];
    struct sock_filter filter[];
};

#define PLAN_SIZE_MAX \
    (sizeof(struct plan) + PLAN_FILTER_MAX * sizeof(struct sock_filter) + PLAN_PATHS_SIZE_MAX)

/* One path of a plan. */
struct plan_path {
    enum plan_path_kind kind;
    int may_be_missing;
    const char *path;
};

/* Files that a private /tmp of this size may hold: each costs the kernel 1 KiB beside its content.
 */
static inline uint64_t plan_tmp_inodes(uint64_t size)
{
    return 1024 + size / 4096;
}

/* Whether `size` bytes hold a whole plan. */
int plan_is_whole(const struct plan *plan, size_t size);

/*
 * Walks the paths: `*cursor` is NULL to begin with. Returns 1 with the next path, 0 after the last.
 * The plan is whole.
 */
int plan_next_path(const struct plan *plan, const char **cursor, struct plan_path *ret_path);
