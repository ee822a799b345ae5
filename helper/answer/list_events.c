/*
 * Every script of an event that could run: for which events, under which profiles, and whether
 * vetting lets it. Helper. The object's name is the admin's; what stands in the folders is judged
 * as for calls.
 *
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */
#include "list_events.h"

#include "config_value.h"
#include "event_choice.h"
#include "layout.h"
#include "survey_events.h"

#include <errno.h>
#include <fnmatch.h>
#include <string.h>

/* Which events a script runs for; NULL: any. A section's are patterns. */
struct about {
    const struct event_rule *section; /* that runs it; or NULL */
    const char *kind, *object, *event, *detail;
    bool others; /* objects without a folder alone */
};

/* What is known for sure of the events: a pattern leaves it open. */
static const char *known(const char *pattern)
{
    return pattern && !config_value_has_wildcard(pattern) ? pattern : NULL;
}

static struct event_names names_of(const struct events_listing *listing, const struct about *about)
{
    const char *object = known(about->object);

    return (struct event_names){
        .kind = known(about->kind),
        .object = object && !about->others ? object : listing->object,
        .event = known(about->event),
        .detail = known(about->detail),
    };
}

static bool is_open(const char *pattern, const char *name)
{
    return pattern && pattern[strspn(pattern, "*")] != '\0' && !name;
}

/* Whether a section that may fit does fit, whatever is left open. */
static bool fits_always(const struct event_rule *rule, const struct event_names *names)
{
    return !is_open(rule->kind, names->kind) && !is_open(rule->object, names->object) &&
           !is_open(rule->event, names->event) && !is_open(rule->detail, names->detail);
}

static bool append_profile(const struct events_listing *listing, struct json_object *list,
                           const char *profile, const struct event_rule *rule)
{
    const struct profile *found = profile_find(&listing->matter->config->profiles, profile);
    struct json_object *item = json_object_new_object();

    return object_append(list, item) && object_add_text(item, "profile", profile) &&
           object_add_boolean(item, "unconfined", found && found->unconfined) &&
           matter_add_event_rule(item, "rule", rule, rule ? rule->profile_line : 0) &&
           object_add_text(item, "kind", rule ? rule->kind : NULL) &&
           object_add_text(item, "object", rule ? rule->object : NULL) &&
           object_add_text(item, "operation", rule ? rule->event : NULL) &&
           object_add_text(item, "sub_operation", rule ? rule->detail : NULL);
}

/* Of the sections with this script, or of those without one: each that may count. `*ret_end` is
 * whether the last fits always. */
static bool append_sections(const struct events_listing *listing, const struct event_names *names,
                            const char *path, struct json_object *list, bool *ret_end)
{
    const struct event_rule_list *rules = &listing->matter->config->event_rules;

    for (size_t i = 0; !*ret_end && i < rules->count; i++) {
        const struct event_rule *rule = &rules->rules[i];

        if (!event_rule_names(rule, path) || !rule->profile || !event_rule_may_fit(rule, names))
            continue;
        if (!append_profile(listing, list, rule->profile, rule))
            return false;
        *ret_end = fits_always(rule, names);
    }
    return true;
}

static bool add_profiles(const struct events_listing *listing, const struct about *about,
                         const char *path, struct json_object *object)
{
    const struct event_names names = names_of(listing, about);
    struct json_object *list = json_object_new_array();
    bool end = false;

    if (!object_add(object, "profiles", list))
        return false;
    /* The section that runs it is the first of its own where it has a profile for it. */
    if (about->section && about->section->profile)
        return append_profile(listing, list, about->section->profile, about->section);
    return append_sections(listing, &names, path, list, &end) &&
           append_sections(listing, &names, NULL, list, &end) &&
           (end || append_profile(listing, list, listing->matter->config->default_profile, NULL));
}

static bool append_script(const struct events_listing *listing, const struct about *about,
                          const struct script *script)
{
    struct json_object *item = json_object_new_object();
    const struct event_rule *section = about->section;

    return object_append(listing->scripts, item) && object_add_text(item, "class", "event") &&
           object_add_text(item, "path", script->path) &&
           object_add_text(item, "driver", about->kind) &&
           object_add_text(item, "object", about->others ? NULL : about->object) &&
           object_add_boolean(item, "others", about->others) &&
           object_add_text(item, "operation", about->event) &&
           object_add_text(item, "sub_operation", about->detail) &&
           matter_add_event_rule(item, "run_by", section, section ? section->script_line : 0) &&
           object_add_text(item, "problem", script->problem) &&
           add_profiles(listing, about, script->path, item);
}

/* Whether events of the object that is asked about run it. */
static bool is_asked_for(const struct events_listing *listing, const struct about *about)
{
    const char *asked = listing->object;

    if (!asked)
        return true;
    if (!about->others)
        return !about->object || fnmatch(about->object, asked, 0) == 0;
    return strcmp(asked, LAYOUT_OTHERS) == 0 ||
           !discover_events_has_folder(listing->matter->config->events, about->kind, asked);
}

static bool append_passed_over(const struct events_listing *listing, const char *kind,
                               const struct passed_over *passed)
{
    struct json_object *item = json_object_new_object();

    return object_append(listing->passed_over, item) && object_add_text(item, "class", "event") &&
           object_add_text(item, "path", passed->path) && object_add_text(item, "driver", kind) &&
           object_add_text(item, "why", passed->why);
}

static int read_about(const struct events_listing *listing, const char *path, struct layout *layout,
                      struct about *ret_about)
{
    int r = layout_read_event(listing->matter->config->events, path, layout);

    if (r < 0)
        return r;
    *ret_about = (struct about){
        .kind = layout->driver,
        .object = layout->object,
        .event = layout->operation,
        .detail = layout->sub_operation,
        .others = layout->object && strcmp(layout->object, LAYOUT_OTHERS) == 0,
    };
    return 0;
}

static int take_script(const struct events_listing *listing, const struct script *script)
{
    struct layout layout;
    struct about about;
    bool ok;

    if (read_about(listing, script->path, &layout, &about) < 0)
        return -ENOMEM;
    ok = !is_asked_for(listing, &about) || append_script(listing, &about, script);
    layout_clear(&layout);
    return ok ? 0 : -ENOMEM;
}

static int take_passed_over(const struct events_listing *listing, const struct passed_over *passed)
{
    struct layout layout;
    struct about about;
    bool ok;

    if (read_about(listing, passed->path, &layout, &about) < 0)
        return -ENOMEM;
    ok = !is_asked_for(listing, &about) || append_passed_over(listing, about.kind, passed);
    layout_clear(&layout);
    return ok ? 0 : -ENOMEM;
}

static int take_folder(void *owner, const struct script_list *list)
{
    const struct events_listing *listing = owner;
    int r = 0;

    for (size_t i = 0; i < list->count && r == 0; i++)
        r = take_script(listing, &list->scripts[i]);
    for (size_t i = 0; i < list->passed_count && r == 0; i++)
        r = take_passed_over(listing, &list->passed[i]);
    return r;
}

static int list_one(const struct events_listing *listing, const char *path, bool must_exist,
                    const struct about *about)
{
    const struct discover_events_place place = matter_events_place(listing->matter);
    struct script_list list = {};
    int r = discover_one_script(&place, path, must_exist, &list);
    bool ok = true;

    for (size_t i = 0; r == 0 && ok && i < list.count; i++)
        ok = append_script(listing, about, &list.scripts[i]);
    for (size_t i = 0; r == 0 && ok && i < list.passed_count; i++)
        ok = append_passed_over(listing, about->kind, &list.passed[i]);
    script_list_clear(&list);
    return ok ? r : -ENOMEM;
}

static int list_sections(const struct events_listing *listing)
{
    const struct event_rule_list *rules = &listing->matter->config->event_rules;
    int r = 0;

    for (size_t i = 0; r == 0 && i < rules->count; i++) {
        const struct event_rule *rule = &rules->rules[i];
        const struct about about = {rule,        rule->kind,   rule->object,
                                    rule->event, rule->detail, false};

        if (rule->script && is_asked_for(listing, &about))
            r = list_one(listing, rule->script, true, &about);
    }
    return r;
}

int list_events(struct events_listing *listing)
{
    const struct discover_events_place place = matter_events_place(listing->matter);
    const struct about any = {0};
    int r = 0;

    if (place.script)
        r = list_one(listing, place.script, place.must_exist, &any);
    if (r == 0)
        r = survey_events(&place, take_folder, listing);
    return r == 0 ? list_sections(listing) : r;
}
