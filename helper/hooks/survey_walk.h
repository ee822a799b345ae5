/*
 * The way through a tree of scripts, folder by folder: what is common to the surveys of hooks and
 * of events. Helper.
 *
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */
#pragma once

#include "candidate.h"
#include "discover.h"
#include "folder.h"

/* A folder: how far below the tree's root it lies, and the folder itself. */
struct survey_place {
    unsigned int level;
    const struct folder *folder;
};

/* What a tree's entries are called. `owner` is survey_tree's. */
struct survey_names {
    /* Why no call looks at an entry of this name, or NULL. */
    const char *(*find_stranger)(const void *owner, const struct survey_place *at,
                                 const char *name);
    /* Why calls do not go into a folder of this name, or NULL. */
    const char *(*find_bar)(const void *owner, const struct survey_place *at, const char *name);
};

struct survey_tree {
    const char *root; /* the directory's path */
    const struct survey_names *names;
    const void *owner;
    struct candidate_rules rules;
};

/* Returns as survey_hooks(). */
int survey_walk(const struct survey_tree *tree,
                int (*take)(void *user, const struct script_list *list), void *user);

/* Whether the entry is a directory, its links followed. */
bool survey_is_directory(const struct survey_place *at, const char *name);
