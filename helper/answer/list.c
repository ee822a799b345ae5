/*
 * Every script that could run: for which calls, under which profiles, and whether vetting lets it.
 * Helper. The object's name is the admin's; what stands in the folders is judged as for calls.
 *
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */
#include "cleanup.h"
#include "layout.h"
#include "list_events.h"
#include "matter.h"
#include "names.h"
#include "survey.h"

#include <string.h>

/* The object of libvirt's calls about itself. */
#define DAEMONS_OBJECT "-"

struct listing {
    const struct matter *matter;
    struct discover_place place;
    const char *object;                        /* that is asked about; NULL: all */
    struct json_object *scripts, *passed_over; /* lists */
};

/* The one object that calls of it are about; NULL where there are many. */
static const char *object_of(const struct listing *listing, const struct layout *layout)
{
    if (strcmp(layout->driver, "daemon") == 0)
        return DAEMONS_OBJECT;
    if (layout->object && strcmp(layout->object, LAYOUT_OTHERS) != 0)
        return layout->object;
    return listing->object;
}

static bool is_for_others(const struct layout *layout)
{
    return layout->object && strcmp(layout->object, LAYOUT_OTHERS) == 0;
}

/* Whether calls about the object that is asked about look at it. */
static bool is_asked_for(const struct listing *listing, const struct layout *layout)
{
    if (!listing->object)
        return true;
    if (!layout->driver || strcmp(object_of(listing, layout), listing->object) != 0)
        return false;
    return !is_for_others(layout) || strcmp(listing->object, LAYOUT_OTHERS) == 0 ||
           !discover_has_folder(&listing->place, layout->driver, listing->object);
}

static bool append_profile(const struct listing *listing, struct json_object *list,
                           const char *profile, const struct rule *rule,
                           const struct rule_names *names)
{
    const struct profile_list *profiles = &listing->matter->config->profiles;
    const struct profile *found = profile_find(profiles, profile);
    struct json_object *item = json_object_new_object();

    return object_append(list, item) && object_add_text(item, "profile", profile) &&
           object_add_boolean(item, "unconfined", found && found->unconfined) &&
           matter_add_rule(item, "rule", rule, rule ? rule->profile_line : 0) &&
           object_add_text(item, "object", rule && !names->object ? rule->object : NULL) &&
           object_add_text(item, "operation", rule && !names->operation ? rule->operation : NULL);
}

/* One for each rule that may count, in their order; the default one where calls are left over. */
static bool add_profiles(const struct listing *listing, const struct layout *layout,
                         const char *path, struct json_object *object)
{
    const struct config *config = listing->matter->config;
    const struct rule_names names = {
        .driver = layout->driver,
        .object = object_of(listing, layout),
        .operation = layout->operation,
        .script = path,
    };
    struct json_object *list = json_object_new_array();
    const struct rule *rule = NULL;

    if (!object_add(object, "profiles", list))
        return false;
    while ((rule = rules_next_profile(&config->rules, &names, rule))) {
        if (!append_profile(listing, list, rule->profile, rule, &names))
            return false;
        if (rule_fits_always(rule, &names))
            return true;
    }
    return append_profile(listing, list, config->default_profile, NULL, &names);
}

static bool append_script(const struct listing *listing, const struct layout *layout,
                          const struct script *script)
{
    struct json_object *item = json_object_new_object();
    bool others = is_for_others(layout);

    return object_append(listing->scripts, item) && object_add_text(item, "class", "hook") &&
           object_add_text(item, "path", script->path) &&
           object_add_text(item, "driver", layout->driver) &&
           object_add_text(item, "object", others ? NULL : layout->object) &&
           object_add_boolean(item, "others", others) &&
           object_add_text(item, "operation", layout->operation) &&
           object_add_text(item, "sub_operation", layout->sub_operation) &&
           object_add_text(item, "problem", script->problem) &&
           add_profiles(listing, layout, script->path, item);
}

static bool append_passed_over(const struct listing *listing, const struct layout *layout,
                               const struct passed_over *passed)
{
    struct json_object *item = json_object_new_object();

    return object_append(listing->passed_over, item) && object_add_text(item, "class", "hook") &&
           object_add_text(item, "path", passed->path) &&
           object_add_text(item, "driver", layout->driver) &&
           object_add_text(item, "why", passed->why);
}

static int take_script(const struct listing *listing, const struct script *script)
{
    struct layout layout;
    bool ok;

    if (layout_read(listing->place.hooks, script->path, &layout) < 0)
        return -ENOMEM;
    ok = !is_asked_for(listing, &layout) || append_script(listing, &layout, script);
    layout_clear(&layout);
    return ok ? 0 : -ENOMEM;
}

static int take_passed_over(const struct listing *listing, const struct passed_over *passed)
{
    struct layout layout;
    bool ok;

    if (layout_read(listing->place.hooks, passed->path, &layout) < 0)
        return -ENOMEM;
    ok = !is_asked_for(listing, &layout) || append_passed_over(listing, &layout, passed);
    layout_clear(&layout);
    return ok ? 0 : -ENOMEM;
}

static int take_folder(void *owner, const struct script_list *list)
{
    const struct listing *listing = owner;
    int r = 0;

    for (size_t i = 0; i < list->count && r == 0; i++)
        r = take_script(listing, &list->scripts[i]);
    for (size_t i = 0; i < list->passed_count && r == 0; i++)
        r = take_passed_over(listing, &list->passed[i]);
    return r;
}

static bool fill(const struct listing *listing, struct json_object *object)
{
    const struct question *question = listing->matter->question;
    const struct config *config = listing->matter->config;

    return object_add_text(object, "config", question->config) &&
           object_add_boolean(object, "config_read", config->path) &&
           object_add_text(object, "hooks", listing->matter->hooks) &&
           object_add_text(object, "events", listing->matter->config->events) &&
           object_add_text(object, "audit", question->audit ? question->audit : config->audit) &&
           object_add_boolean(object, "per_guest_layout", config->per_guest_layout) &&
           object_add_text(object, "object", listing->object) &&
           object_add(object, "scripts", json_object_get(listing->scripts)) &&
           object_add(object, "passed_over", json_object_get(listing->passed_over));
}

static int refuse(struct json_object *object, const char *text)
{
    return text && object_add_text(object, "error", text) ? 0 : -ENOMEM;
}

int matter_list(const struct matter *matter, struct json_object *object)
{
    auto_json struct json_object *scripts = json_object_new_array();
    auto_json struct json_object *passed_over = json_object_new_array();
    struct listing listing = {
        .matter = matter,
        .place = matter_place(matter),
        .object = matter->question->name_count > 0 ? matter->question->names[0] : NULL,
        .scripts = scripts,
        .passed_over = passed_over,
    };
    struct events_listing events = {matter, listing.object, scripts, passed_over};
    const char *where = matter->hooks;
    auto_free char *problem = NULL;
    int r;

    if (!scripts || !passed_over)
        return -ENOMEM;
    if (listing.object && !name_is_object(listing.object))
        return refuse(object, "an object's name is UTF-8 without slash and newline, and not empty");
    r = survey_hooks(&listing.place, take_folder, &listing);
    if (r == 0) {
        where = matter->config->events;
        r = list_events(&events);
    }
    if (r == 0)
        return fill(&listing, object) ? 0 : -ENOMEM;
    if (r == -ENOMEM)
        return r;
    problem = matter_survey_problem(where, r);
    return refuse(object, problem);
}
