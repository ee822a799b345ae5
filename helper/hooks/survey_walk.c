/*
 * The way through a tree of scripts, folder by folder: what is common to the surveys of hooks and
 * of events. Helper. What stands there is anybody's who can write there.
 *
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */
#include "survey_walk.h"

#include "cleanup.h"
#include "script_list.h"

#include <stdio.h>
#include <string.h>

/* Folders that wait at once, at the most. */
#define WAITING_MAX 65536

struct waiting {
    char *path;
    unsigned int level;
};

struct walk {
    const struct survey_tree *tree;
    struct waiting *waiting;
    size_t count;
};

static int pass_over(struct script_list *list, const struct folder *folder, const char *name,
                     const char *why)
{
    auto_free char *path = NULL, *copy = strdup(why);

    if (!copy || asprintf(&path, "%s/%s", folder->path, name) < 0)
        return -ENOMEM;
    return script_list_pass_over(list, take_pointer(&path), take_pointer(&copy));
}

static int wait_for(struct walk *walk, unsigned int level, const char *parent, const char *name)
{
    struct waiting *waiting;
    char *path = NULL;

    if (walk->count >= WAITING_MAX)
        return DISCOVER_E_TOO_MANY;
    waiting = reallocarray(walk->waiting, walk->count + 1, sizeof(*waiting));
    if (!waiting)
        return -ENOMEM;
    walk->waiting = waiting;
    if ((name ? asprintf(&path, "%s/%s", parent, name) : asprintf(&path, "%s", parent)) < 0)
        return -ENOMEM;
    waiting[walk->count++] = (struct waiting){.path = path, .level = level};
    return 0;
}

static int judge(struct walk *walk, const struct survey_place *at, const char *name,
                 struct script_list *list)
{
    const struct survey_tree *tree = walk->tree;
    const char *why = tree->names->find_stranger(tree->owner, at, name);
    int r;

    if (why)
        return pass_over(list, at->folder, name, why);
    r = candidate_judge(&tree->rules, at->folder, name, list);
    if (r != CANDIDATE_E_DIRECTORY)
        return r;
    why = tree->names->find_bar(tree->owner, at, name);
    return why ? pass_over(list, at->folder, name, why)
               : wait_for(walk, at->level + 1, at->folder->path, name);
}

static int look_at_names(struct walk *walk, unsigned int level, struct folder *folder,
                         struct script_list *list)
{
    const struct survey_place at = {level, folder};
    char **names;
    size_t count;
    int r = folder_names(folder, &names, &count);

    if (r != 0)
        return r;
    for (size_t i = 0; i < count && r == 0; i++)
        r = judge(walk, &at, names[i], list);
    folder_free_names(names, count);
    return r;
}

static int look(struct walk *walk, const struct waiting *at, struct script_list *list)
{
    auto_folder struct folder folder = {0};
    int r = folder_open(at->path, walk->tree->rules.session_uid, &folder);

    if (r == -ENOENT)
        return 0;
    return r < 0 ? r : look_at_names(walk, at->level, &folder, list);
}

static int look_at_next(struct walk *walk, int (*take)(void *user, const struct script_list *list),
                        void *user)
{
    struct waiting at = walk->waiting[--walk->count];
    struct script_list list = {};
    int r = look(walk, &at, &list);

    if (r == 0)
        r = take(user, &list);
    script_list_clear(&list);
    free(at.path);
    return r;
}

int survey_walk(const struct survey_tree *tree,
                int (*take)(void *user, const struct script_list *list), void *user)
{
    struct walk walk = {.tree = tree};
    int r = wait_for(&walk, 0, tree->root, NULL);

    while (r == 0 && walk.count > 0)
        r = look_at_next(&walk, take, user);
    while (walk.count > 0)
        free(walk.waiting[--walk.count].path);
    free(walk.waiting);
    return r;
}

bool survey_is_directory(const struct survey_place *at, const char *name)
{
    struct stat st;

    return fstatat(dirfd(at->folder->dir), name, &st, 0) == 0 && S_ISDIR(st.st_mode);
}
