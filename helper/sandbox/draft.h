/*
 * A plan while it is made. Helper.
 *
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */
#pragma once

#include "plan.h"
#include "text_list.h"

#include <stdint.h>

/* Starts as zeros. */
struct draft {
    struct sock_filter *filter;
    struct plan_watch *watches;
    char *paths;
    const char *problem; /* in words, where an errno would not say enough */
    struct plan plan;    /* its header; last, since it ends without bounds */
};

/* A limit of setrlimit(2); 0 is none. */
void draft_limit(struct draft *draft, int resource, uint64_t value);

/* Adds a path; one that begins with '-' may be missing. Returns 0 or a negative errno. */
int draft_path(struct draft *draft, enum plan_path_kind kind, const char *path);
int draft_paths(struct draft *draft, enum plan_path_kind kind, const struct text_list *list);

/* A path that may be missing, whatever it begins with; NULL is none. */
int draft_own_path(struct draft *draft, enum plan_path_kind kind, const char *path);

/* Writes it into a sealed memfd. Returns 0 or a negative errno. */
int draft_seal(struct draft *draft, int *ret_fd);

void draft_clear(struct draft *draft);
