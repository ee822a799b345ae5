/*
 * A search for scripts: what is common to those of hooks and of events. Helper.
 *
 * The names come from a client. Those that can be no path component never become one; what stands
 * in the directories is judged in candidate.c.
 *
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */
#include "search.h"

#include "cleanup.h"
#include "script_list.h"

#include <limits.h>
#include <stdio.h>
#include <string.h>

bool search_is_component(const char *name)
{
    return name[0] != '\0' && strcmp(name, ".") != 0 && strcmp(name, "..") != 0 &&
           !strchr(name, '/') && strlen(name) <= NAME_MAX;
}

int search_open(const struct search *search, const char *parent, const char *name,
                struct folder *ret_folder)
{
    auto_free char *path = NULL;

    if (asprintf(&path, "%s/%s", parent, name) < 0)
        return -ENOMEM;
    return folder_open(path, search->rules.session_uid, ret_folder);
}

int search_pass_over(struct search *search, const char *parent, const char *name, const char *why)
{
    auto_free char *path = NULL, *copy = strdup(why);

    if (!copy || asprintf(&path, "%s/%s", parent, name) < 0)
        return -ENOMEM;
    return script_list_pass_over(&search->list, take_pointer(&path), take_pointer(&copy));
}

int search_files(struct search *search, struct folder *folder, bool all)
{
    char **names;
    size_t count;
    int r = folder_names(folder, &names, &count);

    if (r != 0)
        return r;
    for (size_t i = 0; i < count && (r == 0 || r == CANDIDATE_E_DIRECTORY); i++) {
        if (all || !search->is_sub_operation(search, names[i]))
            r = candidate_judge(&search->rules, folder, names[i], &search->list);
    }
    folder_free_names(names, count);
    return r == CANDIDATE_E_DIRECTORY ? 0 : r;
}

/* The folder is one of scripts, all of them. */
static int look_in_folder(struct search *search, const struct folder *parent, const char *name)
{
    auto_folder struct folder folder = {0};
    int r = search_open(search, parent->path, name, &folder);

    return r < 0 ? r : search_files(search, &folder, true);
}

/* The folder <operation>: files for every sub-operation, then what is there for this one. */
static int look_in_operation(struct search *search, const struct folder *guest)
{
    const char *sub_operation = search->sub_operation;
    auto_folder struct folder folder = {0};
    int r = search_open(search, guest->path, search->operation, &folder);

    if (r < 0)
        return r;
    r = search_files(search, &folder, false);
    if (r != 0 || !search_is_component(sub_operation))
        return r;
    r = candidate_judge(&search->rules, &folder, sub_operation, &search->list);
    return r == CANDIDATE_E_DIRECTORY ? look_in_folder(search, &folder, sub_operation) : r;
}

/* The object's folder, or the one that serves objects without. */
static int open_guest(const struct search *search, const char *driver_folder,
                      struct folder *ret_folder)
{
    const char *object = search->object;
    int r = -ENOENT;

    if (search_is_component(object))
        r = search_open(search, driver_folder, object, ret_folder);
    if (r == -ENOENT || r == -ENOTDIR)
        r = search_open(search, driver_folder, "default", ret_folder);
    return r;
}

int search_object(struct search *search, const char *driver_folder)
{
    auto_folder struct folder guest = {0};
    int r = open_guest(search, driver_folder, &guest);

    if (r == -ENOENT || r == -ENOTDIR || (r == 0 && !search_is_component(search->operation)))
        return 0;
    if (r < 0)
        return r;
    r = candidate_judge(&search->rules, &guest, search->operation, &search->list);
    return r == CANDIDATE_E_DIRECTORY ? look_in_operation(search, &guest) : r;
}
