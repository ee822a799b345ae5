/*
 * An event to scripts: what would run for it, in which order. Helper.
 *
 * The names come from a client. Those that can be no path component never become one; what stands
 * in the directories, and behind the configuration's paths, is judged in candidate.c.
 *
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */
#include "discover_events.h"

#include "cleanup.h"
#include "event_names.h"
#include "script_list.h"
#include "search.h"

#include <stdio.h>
#include <string.h>
#include <sys/stat.h>

/* Files named for a detail are not among those that run for all of them. */
static bool is_detail(const struct search *search, const char *name)
{
    return event_has_detail(search->driver, search->operation, name) ||
           strcmp(name, search->sub_operation) == 0;
}

/* Judges the entry at `path`; a folder that is not there has none. */
static int judge_path(const struct candidate_rules *rules, const char *path,
                      struct script_list *list)
{
    const char *slash = strrchr(path, '/');
    auto_free char *parent = strndup(path, slash > path ? (size_t)(slash - path) : 1);
    auto_folder struct folder folder = {0};
    int r;

    if (!parent)
        return -ENOMEM;
    r = folder_open(parent, rules->session_uid, &folder);
    if (r < 0)
        return r == -ENOENT || r == -ENOTDIR ? 0 : r;
    r = candidate_judge(rules, &folder, slash + 1, list);
    if (r != CANDIDATE_E_DIRECTORY)
        return r;
    return script_list_pass_over(list, strdup(path),
                                 strdup("it is a directory: put a script there"));
}

static int add(struct script_list *list, const char *path, const char *problem)
{
    auto_free char *copy = strdup(path), *why = problem ? strdup(problem) : NULL;

    if (!copy || (problem && !why))
        return -ENOMEM;
    return script_list_add(list, take_pointer(&copy), take_pointer(&why));
}

/* What was asked for and is no script is a script that cannot run. */
static int judge_named(const struct candidate_rules *rules, const char *path,
                       struct script_list *list)
{
    struct script_list judged = {0};
    const char *why = "it does not exist: put the script there, or take it out of the "
                      "configuration";
    int r = judge_path(rules, path, &judged);

    if (judged.count > 0)
        why = judged.scripts[0].problem;
    else if (judged.passed_count > 0)
        why = judged.passed[0].why;
    if (r == 0)
        r = add(list, path, why);
    script_list_clear(&judged);
    return r;
}

int discover_one_script(const struct discover_events_place *place, const char *path,
                        bool must_exist, struct script_list *list)
{
    struct candidate_rules rules = {.session_uid = place->session_uid};

    candidate_note_shim(&rules, place->shim);
    return must_exist ? judge_named(&rules, path, list) : judge_path(&rules, path, list);
}

static int look_at_script(struct search *search, const struct discover_events_place *place)
{
    if (!place->script)
        return 0;
    return place->must_exist ? judge_named(&search->rules, place->script, &search->list)
                             : judge_path(&search->rules, place->script, &search->list);
}

/* <events>/<kind> */
static int look_in_kind(struct search *search, const char *events)
{
    auto_folder struct folder folder = {0};
    int r = search_open(search, events, search->driver, &folder);

    if (r == -ENOENT)
        return 0;
    if (r == -ENOTDIR)
        return search_pass_over(search, events, search->driver,
                                "it is no directory: put scripts in one");
    if (r == 0)
        r = search_files(search, &folder, true);
    return r == 0 ? search_object(search, folder.path) : r;
}

static int look_at_named(struct search *search, const struct discover_events_place *place)
{
    int r = 0;

    for (size_t i = 0; r == 0 && place->named && place->named[i]; i++) {
        if (!script_list_has(&search->list, place->named[i]))
            r = judge_named(&search->rules, place->named[i], &search->list);
    }
    return r;
}

int discover_event_scripts(const struct discover_events_place *place,
                           const struct event_names *names, struct script_list *ret_list)
{
    struct search search = {
        .driver = names->kind,
        .object = names->object,
        .operation = names->event,
        .sub_operation = names->detail,
        .is_sub_operation = is_detail,
        .rules.session_uid = place->session_uid,
    };
    int r;

    if (!search_is_component(names->kind))
        return -EINVAL;
    candidate_note_shim(&search.rules, place->shim);
    r = look_at_script(&search, place);
    if (r == 0)
        r = look_in_kind(&search, place->events);
    if (r == 0)
        r = look_at_named(&search, place);
    if (r != 0) {
        script_list_clear(&search.list);
        return r;
    }
    script_list_drop_twice(&search.list);
    *ret_list = search.list;
    return 0;
}

bool discover_events_has_folder(const char *events, const char *kind, const char *object)
{
    auto_free char *path = NULL;
    struct stat st;

    return search_is_component(object) && asprintf(&path, "%s/%s/%s", events, kind, object) >= 0 &&
           stat(path, &st) == 0 && S_ISDIR(st.st_mode);
}
