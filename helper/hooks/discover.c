/*
 * Identifiers to scripts: what would run for a driver, object and operation, in which order.
 * Helper.
 *
 * The names come from a client. Those that can be no path component never become one; what stands
 * in the directories is judged in candidate.c.
 *
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */
#include "discover.h"

#include "candidate.h"
#include "cleanup.h"
#include "folder.h"
#include "layout.h"
#include "script_list.h"

#include <limits.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>

struct search {
    const struct discover_names *names;
    struct candidate_rules rules;
    struct script_list list;
};

static bool is_component(const char *name)
{
    return name[0] != '\0' && strcmp(name, ".") != 0 && strcmp(name, "..") != 0 &&
           !strchr(name, '/') && strlen(name) <= NAME_MAX;
}

/* Opens a folder that need not be there: -ENOENT where it is not. */
static int open_folder(const struct search *search, const char *parent, const char *name,
                       struct folder *ret_folder)
{
    auto_free char *path = NULL;

    if (asprintf(&path, "%s/%s", parent, name) < 0)
        return -ENOMEM;
    return folder_open(path, search->rules.session_uid, ret_folder);
}

static int pass_over(struct search *search, const char *parent, const char *name, const char *why)
{
    auto_free char *path = NULL, *copy = strdup(why);

    if (!copy || asprintf(&path, "%s/%s", parent, name) < 0)
        return -ENOMEM;
    return script_list_pass_over(&search->list, take_pointer(&path), take_pointer(&copy));
}

/* Files named for a sub-operation are not among those that run for all of them. */
static bool is_sub_operation(const struct search *search, const char *name)
{
    return layout_is_sub_operation(name) || strcmp(name, search->names->sub_operation) == 0;
}

static int look_at_files(struct search *search, struct folder *folder, bool all)
{
    char **names;
    size_t count;
    int r = folder_names(folder, &names, &count);

    if (r != 0)
        return r;
    for (size_t i = 0; i < count && (r == 0 || r == CANDIDATE_E_DIRECTORY); i++) {
        if (all || !is_sub_operation(search, names[i]))
            r = candidate_judge(&search->rules, folder, names[i], &search->list);
    }
    folder_free_names(names, count);
    return r == CANDIDATE_E_DIRECTORY ? 0 : r;
}

/* The folder is one of scripts, all of them. */
static int look_in_folder(struct search *search, const struct folder *parent, const char *name)
{
    auto_folder struct folder folder = {0};
    int r = open_folder(search, parent->path, name, &folder);

    return r < 0 ? r : look_at_files(search, &folder, true);
}

/* The folder <operation>: files for every sub-operation, then what is there for this one. */
static int look_in_operation(struct search *search, const struct folder *guest)
{
    const char *sub_operation = search->names->sub_operation;
    auto_folder struct folder folder = {0};
    int r = open_folder(search, guest->path, search->names->operation, &folder);

    if (r < 0)
        return r;
    r = look_at_files(search, &folder, false);
    if (r != 0 || !is_component(sub_operation))
        return r;
    r = candidate_judge(&search->rules, &folder, sub_operation, &search->list);
    return r == CANDIDATE_E_DIRECTORY ? look_in_folder(search, &folder, sub_operation) : r;
}

/* The object's folder, or the one that serves objects without. */
static int open_guest(const struct search *search, const char *driver_folder,
                      struct folder *ret_folder)
{
    const char *object = search->names->object;
    int r = -ENOENT;

    if (is_component(object))
        r = open_folder(search, driver_folder, object, ret_folder);
    if (r == -ENOENT || r == -ENOTDIR)
        r = open_folder(search, driver_folder, "default", ret_folder);
    return r;
}

static int look_in_guest(struct search *search, const char *driver_folder)
{
    auto_folder struct folder guest = {0};
    int r = open_guest(search, driver_folder, &guest);

    if (r == -ENOENT || r == -ENOTDIR || (r == 0 && !is_component(search->names->operation)))
        return 0;
    if (r < 0)
        return r;
    r = candidate_judge(&search->rules, &guest, search->names->operation, &search->list);
    return r == CANDIDATE_E_DIRECTORY ? look_in_operation(search, &guest) : r;
}

/* <hooks>/<driver>.d */
static int look_in_driver(struct search *search, const struct folder *hooks, bool per_guest_layout)
{
    auto_folder struct folder folder = {0};
    char name[NAME_MAX + 1];
    int r;

    snprintf(name, sizeof(name), "%s.d", search->names->driver);
    r = open_folder(search, hooks->path, name, &folder);
    if (r == -ENOENT)
        return 0;
    if (r == -ENOTDIR)
        return pass_over(search, hooks->path, name, "it is no directory: put scripts in one");
    if (r == 0)
        r = look_at_files(search, &folder, true);
    return r == 0 && per_guest_layout ? look_in_guest(search, folder.path) : r;
}

/* <hooks>/<driver> */
static int look_at_main(struct search *search, const struct folder *hooks)
{
    const char *driver = search->names->driver;
    int r = candidate_judge(&search->rules, hooks, driver, &search->list);

    if (r != CANDIDATE_E_DIRECTORY)
        return r;
    return pass_over(search, hooks->path, driver,
                     "it is a directory: put a script there, or name it with .d at its end");
}

static int look(struct search *search, const struct discover_place *place)
{
    auto_folder struct folder hooks = {0};
    int r = folder_open(place->hooks, place->session_uid, &hooks);

    if (r == -ENOENT)
        return 0;
    if (r == 0)
        r = look_at_main(search, &hooks);
    return r == 0 ? look_in_driver(search, &hooks, place->per_guest_layout) : r;
}

bool discover_has_folder(const struct discover_place *place, const char *driver, const char *object)
{
    auto_free char *path = NULL;
    struct stat st;

    return is_component(object) &&
           asprintf(&path, "%s/%s.d/%s", place->hooks, driver, object) >= 0 &&
           stat(path, &st) == 0 && S_ISDIR(st.st_mode);
}

int discover_scripts(const struct discover_place *place, const struct discover_names *names,
                     struct script_list *ret_list)
{
    struct search search = {.names = names, .rules.session_uid = place->session_uid};
    int r;

    if (!is_component(names->driver) || strlen(names->driver) > NAME_MAX - strlen(".d"))
        return -EINVAL;
    candidate_note_shim(&search.rules, place->shim);
    r = look(&search, place);
    if (r != 0) {
        script_list_clear(&search.list);
        return r;
    }
    *ret_list = search.list;
    return 0;
}
