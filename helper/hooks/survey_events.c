/*
 * All that stands below the directory of events' scripts, whichever event it would run for. Helper.
 * What stands there is anybody's who can write there.
 *
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */
#include "survey_events.h"

#include "event_names.h"
#include "layout.h"
#include "names.h"
#include "survey_walk.h"

#include <string.h>

/* What a folder is to discover_events.c. */
enum level {
    LEVEL_EVENTS, /* <events> */
    LEVEL_KIND,   /* <events>/<kind> */
    LEVEL_OBJECT, /* <events>/<kind>/<object> */
    LEVEL_EVENT,  /* <events>/<kind>/<object>/<event> */
    LEVEL_DETAIL, /* <events>/<kind>/<object>/<event>/<detail> */
};

static bool has_event(const char *kind, const char *event)
{
    for (size_t i = 0; known_event_at(i); i++) {
        if (strcmp(known_event_at(i)->kind, kind) == 0 &&
            strcmp(known_event_at(i)->event, event) == 0)
            return true;
    }
    return false;
}

/* Whether the folder's own names lead to an entry of this name, by what events there are. */
static bool is_word(const struct discover_events_place *place, const struct survey_place *at,
                    const char *name)
{
    struct layout layout;
    bool fits = true;

    /* Where memory is short, what the folder is for is not known, and nothing is said of it. */
    if (layout_read_event(place->events, at->folder->path, &layout) < 0)
        return true;
    if (at->level == LEVEL_OBJECT)
        fits = !layout.driver || has_event(layout.driver, name);
    if (at->level == LEVEL_EVENT)
        fits = !layout.driver || event_has_detail(layout.driver, layout.operation, name);
    layout_clear(&layout);
    return fits;
}

static const char *find_stranger(const void *owner, const struct survey_place *at, const char *name)
{
    if (at->level == LEVEL_EVENTS && !name_is_kind(name))
        return "no kind of object with events has this name: it is domain, network, storage-pool, "
               "node-device, secret or daemon";
    if (at->level == LEVEL_EVENTS && !survey_is_directory(at, name))
        return "it is no directory: put scripts in one";
    if (at->level == LEVEL_OBJECT && !is_word(owner, at, name))
        return "objects of this kind have no event of this name: name it as virteventd(8) tells "
               "it, started, stopped or the like";
    return NULL;
}

static const char *find_bar(const void *owner, const struct survey_place *at, const char *name)
{
    if (at->level == LEVEL_EVENT && !is_word(owner, at, name))
        return "it is not named for a detail of this event: name it as virteventd(8) tells it, or "
               "move its scripts up";
    if (at->level == LEVEL_DETAIL)
        return "it is a folder below a detail: move its scripts up";
    return NULL;
}

int survey_events(const struct discover_events_place *place,
                  int (*take)(void *owner, const struct script_list *list), void *owner)
{
    static const struct survey_names names = {find_stranger, find_bar};
    struct survey_tree tree = {
        .root = place->events,
        .names = &names,
        .owner = place,
        .rules.session_uid = place->session_uid,
    };

    candidate_note_shim(&tree.rules, place->shim);
    return survey_walk(&tree, take, owner);
}
