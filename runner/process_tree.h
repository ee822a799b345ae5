/*
 * All that descends from a process, found by asking the kernel who is whose child. Runner, where
 * it is no PID 1 that the kernel kills all with, and helper.
 *
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */
#pragma once

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <sys/types.h>

/* Processes that one pass reaches at the most; more are reached by the next ones. */
#define TREE_MAX 4096

/* Whose descendants, and which of them. */
struct tree {
    int proc;   /* a /proc, borrowed */
    pid_t root; /* the caller, or a child of its */
    uint64_t
        start;  /* of the root, in clock ticks since the boot: no other process is taken for it */
    bool reaps; /* the root is the caller, whose children keep their numbers until it reaps them */
    bool (*spares)(pid_t child); /* children of the root that are none of it; NULL: all are */
};

/*
 * Looks who has this number now. Returns 0, -ESRCH where nobody has, or -ENOENT where the kernel
 * does not list children (CONFIG_PROC_CHILDREN).
 */
int tree_find(int proc, pid_t root, struct tree *ret_tree);

/*
 * Sends these signals, one after the other, to each process that descends from the root, but not to
 * it. No other process is hit, whatever numbers are given out anew meanwhile. Who forks while it is
 * being looked for is found by the next pass: a caller that kills comes again until nobody is left.
 *
 * Returns how many were found, dead ones that nobody has reaped included; 0 where the root is gone.
 */
size_t tree_signal(const struct tree *tree, const int *signals, size_t count);

/*
 * How many descend from the root and live at this moment, of the first `most`, up to TREE_MAX, that
 * are found; 0 where the root is gone.
 */
size_t tree_count(const struct tree *tree, size_t most);

/*
 * The same to those that are there when it begins, and to nobody that they start because of it: for
 * signals after which a process may tidy up.
 */
void tree_tell(const struct tree *tree, const int *signals, size_t count);
