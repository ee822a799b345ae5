/*
 * How a script is confined, ready to be done: made by the helper once for each profile, at start and
 * at reload, as one sealed memfd, and carried out by the runner before it forks the script. Nothing in
 * it depends on a call. Both are of one build and one host, so the structure travels as it is.
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

/* Bytes of a plan at the most. */
#define PLAN_SIZE_MAX (sizeof(struct plan) + PLAN_FILTER_MAX * sizeof(struct sock_filter))

enum plan_flag {
    PLAN_SET_USER = 1 << 0,     /* change to uid and gid, with no other group */
    PLAN_SET_CAPS = 1 << 1,     /* all five capability sets become `capabilities`, for good */
    PLAN_NO_NEW_PRIVS = 1 << 2, /* no exec gives more than is there */
    PLAN_NOTIFY = 1 << 3,       /* the filter has a listener, which goes to the helper */
};

/* One resource limit, soft and hard, as of setrlimit(2). */
struct plan_limit {
    uint32_t resource;
    uint32_t reserved;
    uint64_t value;
};

struct plan {
    uint32_t size; /* of the whole memfd */
    uint32_t flags;
    uint32_t uid, gid;
    uint64_t capabilities; /* bit n is capability number n */
    uint32_t limit_count;
    uint32_t filter_count; /* instructions that follow the structure; 0: no filter */
    struct plan_limit limits[PLAN_LIMITS_MAX];
    struct sock_filter filter[];
};
