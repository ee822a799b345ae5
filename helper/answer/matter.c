/*
 * What several answers say in the same way. Helper.
 *
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */
#include "matter.h"

#include "virthook-config.h"

#include <stdio.h>
#include <string.h>

static bool add_section(struct json_object *object, const char *key, const char *name,
                        unsigned int line)
{
    struct json_object *value;

    if (!name)
        return object_add_null(object, key);
    value = json_object_new_object();
    return object_add(object, key, value) && object_add_text(value, "name", name) &&
           object_add_number(value, "line", line);
}

bool matter_add_rule(struct json_object *object, const char *key, const struct rule *rule,
                     unsigned int line)
{
    return add_section(object, key, rule ? rule->name : NULL, line);
}

bool matter_add_event_rule(struct json_object *object, const char *key,
                           const struct event_rule *rule, unsigned int line)
{
    return add_section(object, key, rule ? rule->name : NULL, line);
}

bool matter_add_passed_over(struct json_object *object, const struct script_list *found)
{
    struct json_object *list = json_object_new_array();

    if (!object_add(object, "passed_over", list))
        return false;
    for (size_t i = 0; i < found->passed_count; i++) {
        struct json_object *item = json_object_new_object();

        if (!object_append(list, item) || !object_add_text(item, "path", found->passed[i].path) ||
            !object_add_text(item, "why", found->passed[i].why))
            return false;
    }
    return true;
}

struct discover_place matter_place(const struct matter *matter)
{
    return (struct discover_place){
        .hooks = matter->hooks,
        .shim = VIRTHOOK_SHIM_PATH,
        .per_guest_layout = matter->config->per_guest_layout,
        .session_uid = matter->session_uid,
    };
}

struct discover_events_place matter_events_place(const struct matter *matter)
{
    const struct config *config = matter->config;

    return (struct discover_events_place){
        .events = config->events,
        .script = config->events_set > 0 ? config->events_script : NULL,
        .must_exist = config->events_script_line > 0,
        .shim = VIRTHOOK_SHIM_PATH,
        .session_uid = matter->session_uid,
    };
}

char *matter_survey_problem(const char *directory, int error)
{
    char *text;

    if (asprintf(&text, "the scripts in %s cannot be looked at: %s", directory,
                 error < 0 ? strerror(-error) : "there are too many in a folder: remove some") < 0)
        return NULL;
    return text;
}
