/*
 * All that stands below the directory of hooks, whichever call it would run for. Helper. What
 * stands there is anybody's who can write there.
 *
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */
#include "survey.h"

#include "candidate.h"
#include "cleanup.h"
#include "folder.h"
#include "names.h"
#include "script_list.h"

#include <stdio.h>
#include <string.h>

/* Folders that wait at once, at the most. */
#define WAITING_MAX 65536

/* What a folder is to discover.c. */
enum level {
    LEVEL_HOOKS,         /* <hooks> */
    LEVEL_DRIVER,        /* <driver>.d */
    LEVEL_OBJECT,        /* <driver>.d/<object> */
    LEVEL_OPERATION,     /* <driver>.d/<object>/<operation> */
    LEVEL_SUB_OPERATION, /* <driver>.d/<object>/<operation>/<sub-operation> */
};

struct waiting {
    char *path;
    enum level level;
};

struct survey {
    const struct discover_place *place;
    struct candidate_rules rules;
    struct waiting *waiting;
    size_t count;
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

static bool is_directory(const struct folder *folder, const char *name)
{
    struct stat st;

    return fstatat(dirfd(folder->dir), name, &st, 0) == 0 && S_ISDIR(st.st_mode);
}

/* Why no call looks at an entry of this name, or NULL. */
static const char *find_stranger(enum level level, const char *name)
{
    if (level == LEVEL_HOOKS && !name_is_driver(name) && !is_driver_folder(name))
        return "no driver of libvirt has this name: it is qemu, network, lxc, libxl, bhyve or "
               "daemon, or one of these with .d for a folder";
    if (level == LEVEL_OBJECT && !name_is_operation(name))
        return "it is not named for an operation: name it prepare, start, started, stopped, "
               "release or the like";
    return NULL;
}

/* Why calls do not go into a folder of this name here, or NULL. */
static const char *find_bar(const struct survey *survey, enum level level, const char *name)
{
    if (level == LEVEL_HOOKS && !is_driver_folder(name))
        return "it is a directory: put a script there, or name it with .d at its end";
    if (level == LEVEL_DRIVER && !survey->place->per_guest_layout)
        return "it is a folder, and per_guest_layout is off: set per_guest_layout = yes, unless a "
               "script of yours runs what is in it";
    if (level == LEVEL_OPERATION && !name_is_operation(name))
        return "it is not named for a sub-operation: name it begin, end or -";
    if (level == LEVEL_SUB_OPERATION)
        return "it is a folder below a sub-operation: move its scripts up";
    return NULL;
}

static int pass_over(struct script_list *list, const struct folder *folder, const char *name,
                     const char *why)
{
    auto_free char *path = NULL, *copy = strdup(why);

    if (!copy || asprintf(&path, "%s/%s", folder->path, name) < 0)
        return -ENOMEM;
    return script_list_pass_over(list, take_pointer(&path), take_pointer(&copy));
}

static int wait_for(struct survey *survey, enum level level, const char *parent, const char *name)
{
    struct waiting *waiting;
    char *path = NULL;

    if (survey->count >= WAITING_MAX)
        return DISCOVER_E_TOO_MANY;
    waiting = reallocarray(survey->waiting, survey->count + 1, sizeof(*waiting));
    if (!waiting)
        return -ENOMEM;
    survey->waiting = waiting;
    if ((name ? asprintf(&path, "%s/%s", parent, name) : asprintf(&path, "%s", parent)) < 0)
        return -ENOMEM;
    waiting[survey->count++] = (struct waiting){.path = path, .level = level};
    return 0;
}

static int judge(struct survey *survey, enum level level, const struct folder *folder,
                 const char *name, struct script_list *list)
{
    const char *why = find_stranger(level, name);
    int r;

    if (why)
        return pass_over(list, folder, name, why);
    if (level == LEVEL_HOOKS && is_driver_folder(name) && !is_directory(folder, name))
        return pass_over(list, folder, name, "it is no directory: put scripts in one");
    r = candidate_judge(&survey->rules, folder, name, list);
    if (r != CANDIDATE_E_DIRECTORY)
        return r;
    why = find_bar(survey, level, name);
    return why ? pass_over(list, folder, name, why)
               : wait_for(survey, level + 1, folder->path, name);
}

static int look_at_names(struct survey *survey, enum level level, struct folder *folder,
                         struct script_list *list)
{
    char **names;
    size_t count;
    int r = folder_names(folder, &names, &count);

    if (r != 0)
        return r;
    for (size_t i = 0; i < count && r == 0; i++)
        r = judge(survey, level, folder, names[i], list);
    folder_free_names(names, count);
    return r;
}

static int look(struct survey *survey, const struct waiting *at, struct script_list *list)
{
    auto_folder struct folder folder = {0};
    int r = folder_open(at->path, survey->rules.session_uid, &folder);

    if (r == -ENOENT)
        return 0;
    return r < 0 ? r : look_at_names(survey, at->level, &folder, list);
}

static int look_at_next(struct survey *survey,
                        int (*take)(void *owner, const struct script_list *list), void *owner)
{
    struct waiting at = survey->waiting[--survey->count];
    struct script_list list = {};
    int r = look(survey, &at, &list);

    if (r == 0)
        r = take(owner, &list);
    script_list_clear(&list);
    free(at.path);
    return r;
}

int survey_hooks(const struct discover_place *place,
                 int (*take)(void *owner, const struct script_list *list), void *owner)
{
    struct survey survey = {.place = place, .rules.session_uid = place->session_uid};
    int r;

    candidate_note_shim(&survey.rules, place->shim);
    r = wait_for(&survey, LEVEL_HOOKS, place->hooks, NULL);
    while (r == 0 && survey.count > 0)
        r = look_at_next(&survey, take, owner);
    while (survey.count > 0)
        free(survey.waiting[--survey.count].path);
    free(survey.waiting);
    return r;
}
