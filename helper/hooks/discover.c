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

#include "cleanup.h"
#include "layout.h"
#include "search.h"

#include <limits.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>

/* Files named for a sub-operation are not among those that run for all of them. */
static bool is_sub_operation(const struct search *search, const char *name)
{
    return layout_is_sub_operation(name) || strcmp(name, search->sub_operation) == 0;
}

/* <hooks>/<driver>.d */
static int look_in_driver(struct search *search, const struct folder *hooks, bool per_guest_layout)
{
    auto_folder struct folder folder = {0};
    char name[NAME_MAX + 1];
    int r;

    snprintf(name, sizeof(name), "%s.d", search->driver);
    r = search_open(search, hooks->path, name, &folder);
    if (r == -ENOENT)
        return 0;
    if (r == -ENOTDIR)
        return search_pass_over(search, hooks->path, name,
                                "it is no directory: put scripts in one");
    if (r == 0)
        r = search_files(search, &folder, true);
    return r == 0 && per_guest_layout ? search_object(search, folder.path) : r;
}

/* <hooks>/<driver> */
static int look_at_main(struct search *search, const struct folder *hooks)
{
    const char *driver = search->driver;
    int r = candidate_judge(&search->rules, hooks, driver, &search->list);

    if (r != CANDIDATE_E_DIRECTORY)
        return r;
    return search_pass_over(search, hooks->path, driver,
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

    return search_is_component(object) &&
           asprintf(&path, "%s/%s.d/%s", place->hooks, driver, object) >= 0 &&
           stat(path, &st) == 0 && S_ISDIR(st.st_mode);
}

int discover_scripts(const struct discover_place *place, const struct discover_names *names,
                     struct script_list *ret_list)
{
    struct search search = {
        .driver = names->driver,
        .object = names->object,
        .operation = names->operation,
        .sub_operation = names->sub_operation,
        .is_sub_operation = is_sub_operation,
        .rules.session_uid = place->session_uid,
    };
    int r;

    if (!search_is_component(names->driver) || strlen(names->driver) > NAME_MAX - strlen(".d"))
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
