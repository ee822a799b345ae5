/*
 * All that stands below the directory of hooks, whichever call it would run for. Helper. What
 * stands there is anybody's who can write there.
 *
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */
#include "survey.h"

#include "names.h"
#include "survey_walk.h"

#include <stdio.h>
#include <string.h>

/* What a folder is to discover.c. */
enum level {
    LEVEL_HOOKS,         /* <hooks> */
    LEVEL_DRIVER,        /* <driver>.d */
    LEVEL_OBJECT,        /* <driver>.d/<object> */
    LEVEL_OPERATION,     /* <driver>.d/<object>/<operation> */
    LEVEL_SUB_OPERATION, /* <driver>.d/<object>/<operation>/<sub-operation> */
};

static bool is_driver_folder(const char *name)
{
    char driver[NAME_DRIVER_MAX + 1];
    size_t length = strlen(name);

    if (length <= 2 || length - 2 > NAME_DRIVER_MAX || strcmp(name + length - 2, ".d") != 0)
        return false;
    snprintf(driver, sizeof(driver), "%.*s", (int)(length - 2), name);
    return name_is_driver(driver);
}

/* Why no call looks at an entry of this name, or NULL. */
static const char *find_stranger(const void *owner, const struct survey_place *at, const char *name)
{
    const enum level level = at->level;

    if (level == LEVEL_HOOKS && !name_is_driver(name) && !is_driver_folder(name))
        return "no driver of libvirt has this name: it is qemu, network, lxc, libxl, bhyve or "
               "daemon, or one of these with .d for a folder";
    if (level == LEVEL_OBJECT && !name_is_operation(name))
        return "it is not named for an operation: name it prepare, start, started, stopped, "
               "release or the like";
    if (level == LEVEL_HOOKS && is_driver_folder(name) && !survey_is_directory(at, name))
        return "it is no directory: put scripts in one";
    return NULL;
}

/* Why calls do not go into a folder of this name here, or NULL. */
static const char *find_bar(const void *owner, const struct survey_place *at, const char *name)
{
    const struct discover_place *place = owner;
    const enum level level = at->level;

    if (level == LEVEL_HOOKS && !is_driver_folder(name))
        return "it is a directory: put a script there, or name it with .d at its end";
    if (level == LEVEL_DRIVER && !place->per_guest_layout)
        return "it is a folder, and per_guest_layout is off: set per_guest_layout = yes, unless a "
               "script of yours runs what is in it";
    if (level == LEVEL_OPERATION && !name_is_operation(name))
        return "it is not named for a sub-operation: name it begin, end or -";
    if (level == LEVEL_SUB_OPERATION)
        return "it is a folder below a sub-operation: move its scripts up";
    return NULL;
}

int survey_hooks(const struct discover_place *place,
                 int (*take)(void *owner, const struct script_list *list), void *owner)
{
    static const struct survey_names names = {find_stranger, find_bar};
    struct survey_tree tree = {
        .root = place->hooks,
        .names = &names,
        .owner = place,
        .rules.session_uid = place->session_uid,
    };

    candidate_note_shim(&tree.rules, place->shim);
    return survey_walk(&tree, take, owner);
}
