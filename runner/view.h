/*
 * What of the file system the strict form of a permissive profile would show to a script. Runner.
 *
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */
#pragma once

#include "plan.h"

#include <stdbool.h>
#include <stddef.h>

/* What is at a path, for a script under the strict profile. */
enum view_what {
    VIEW_HIDDEN,    /* nothing */
    VIEW_READ_ONLY, /* what is there, for reading */
    VIEW_DEVICES,   /* the same, but that devices are written to */
    VIEW_WRITABLE,
};

struct view_entry {
    char *path;
    enum view_what what;
    bool executable; /* programs below may be executed; where nothing says so, all may */
    bool own;        /* not the host's */
};

/* The plan's own paths, and those that every plan has. */
#define VIEW_ENTRIES_MAX (PLAN_PATHS_MAX + 32)

struct view {
    const struct plan *plan;
    size_t count;
    bool limits_programs;
    struct view_entry entries[VIEW_ENTRIES_MAX];
};

/* Works the view out, once. What memory is short for is missing from it. */
void view_make(struct view *view, const struct plan *plan);

/* `path` is absolute, and as caller_find_path() gives it. */
enum view_what view_find(const struct view *view, const char *path);

/* Whether there is still something of this name where it is hidden: an empty folder. */
bool view_keeps_name(const struct view *view, const char *path);

/* Whether the profile lets programs at this path be executed. */
bool view_lets_execute(const struct view *view, const char *path);

/*
 * Whether the modes of the file and of the folders above it would let the profile's user, with the
 * profile's capabilities, do what `mode` says, as in access(2). What is not there, and access
 * control lists, keep nobody from anything here.
 */
bool view_permits(const struct view *view, const char *path, int mode);

/* The same for another user, with the profile's capabilities; of groups only root's counts. */
bool view_permits_user(const struct view *view, uint32_t uid, const char *path, int mode);

/* Whether the path is in a folder that the profile's scripts have of their own. */
bool view_is_own(const struct view *view, const char *path);
