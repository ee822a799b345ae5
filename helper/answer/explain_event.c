/*
 * What an event would do: its scripts in their order, each with what it gets and the section that
 * gives it; what is passed over. Helper. The names are the admin's, held to the same as a client's.
 *
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */
#include "cleanup.h"
#include "config_event_words.h"
#include "event_choice.h"
#include "event_names.h"
#include "matter.h"
#include "message.h"
#include "names.h"
#include "virthook-config.h"

#include <stdio.h>
#include <string.h>

/* The first detail that the event can have; "-" for an event that is not known. */
static const char *usual_detail(const char *kind, const char *event)
{
    for (size_t i = 0; known_event_at(i); i++) {
        if (strcmp(known_event_at(i)->kind, kind) == 0 &&
            strcmp(known_event_at(i)->event, event) == 0)
            return known_event_at(i)->details[0];
    }
    return "-";
}

static struct event_names names_of(const struct question *question)
{
    const char *const *names = question->names;

    return (struct event_names){
        .kind = names[0],
        .object = names[1],
        .event = names[2],
        .detail = question->name_count > 3 ? names[3] : usual_detail(names[0], names[2]),
    };
}

/* NULL in `*ret_fault` where virteventd could tell such an event; the caller frees. Returns 0 or
 * -ENOMEM. */
static int find_fault(const struct event_names *names, char **ret_fault)
{
    const char *fault = NULL;
    bool of_detail;

    if (!name_is_kind(names->kind))
        fault = "the kind is domain, network, storage-pool, node-device, secret or daemon";
    else if (!name_is_object(names->object))
        fault = "an object's name is UTF-8 without slash and newline, and not empty";
    else if (!name_is_operation(names->event) || !name_is_operation(names->detail))
        fault = "event and detail are words of lower-case letters, digits and hyphens";
    if (!fault)
        return config_judge_event(names, &of_detail, ret_fault);
    *ret_fault = strdup(fault);
    return *ret_fault ? 0 : -ENOMEM;
}

static bool add_deadline(const struct matter *matter, const struct event_names *names,
                         struct json_object *object)
{
    const struct event_rule *rule;
    uint64_t deadline = event_deadline(matter->config, names, &rule);

    return object_add_number(object, "deadline_ms", deadline) &&
           matter_add_event_rule(object, "deadline_rule", rule, rule ? rule->timeout_line : 0);
}

static bool add_script(const struct matter *matter, const struct event_names *names,
                       const struct script *script, struct json_object *list)
{
    const struct event_choice choice = event_choose(matter->config, names, script->path);
    const struct event_rule *profile = choice.profile_rule, *timeout = choice.timeout_rule;
    const struct event_rule *retries = choice.retries_rule;
    struct json_object *item = json_object_new_object();

    return object_append(list, item) && object_add_text(item, "path", script->path) &&
           object_add_text(item, "problem", script->problem) &&
           object_add_text(item, "profile", choice.profile) &&
           matter_add_event_rule(item, "rule", profile, profile ? profile->profile_line : 0) &&
           object_add_number(item, "timeout_ms", choice.timeout_ms) &&
           matter_add_event_rule(item, "timeout_rule", timeout,
                                 timeout ? timeout->timeout_line : 0) &&
           object_add_number(item, "retries", choice.retries) &&
           matter_add_event_rule(item, "retries_rule", retries,
                                 retries ? retries->retries_line : 0);
}

static bool add_scripts(const struct matter *matter, const struct event_names *names,
                        const struct script_list *found, struct json_object *object)
{
    struct json_object *list = json_object_new_array();
    bool ok = object_add(object, "scripts", list);

    for (size_t i = 0; ok && i < found->count; i++)
        ok = add_script(matter, names, &found->scripts[i], list);
    return ok;
}

static bool fill(const struct matter *matter, const struct event_names *names,
                 const struct script_list *found, struct json_object *object)
{
    const struct config *config = matter->config;

    return object_add_text(object, "class", "event") &&
           object_add_text(object, "driver", names->kind) &&
           object_add_text(object, "object", names->object) &&
           object_add_text(object, "operation", names->event) &&
           object_add_text(object, "sub_operation", names->detail) &&
           object_add_text(object, "config", matter->question->config) &&
           object_add_boolean(object, "config_read", config->path) &&
           object_add_text(object, "events", config->events) &&
           object_add_text(object, "events_script", config->events_script) &&
           add_deadline(matter, names, object) && add_scripts(matter, names, found, object) &&
           matter_add_passed_over(object, found);
}

static int refuse_search(struct json_object *object, const char *events, int error)
{
    auto_free char *text = matter_survey_problem(events, error);

    return text && object_add_text(object, "error", text) ? 0 : -ENOMEM;
}

int matter_explain_event(const struct matter *matter, struct json_object *object)
{
    const struct event_names names = names_of(matter->question);
    struct script_list found = {};
    auto_free char *fault = NULL;
    int r = find_fault(&names, &fault);
    bool ok;

    if (r < 0)
        return r;
    if (fault)
        return object_add_text(object, "error", fault) ? 0 : -ENOMEM;
    r = event_find_scripts(matter->config, &names, NULL, VIRTHOOK_SHIM_PATH, matter->session_uid,
                           &found);
    if (r != 0)
        return r == -ENOMEM ? r : refuse_search(object, matter->config->events, r);
    ok = fill(matter, &names, &found, object);
    script_list_clear(&found);
    return ok ? 0 : -ENOMEM;
}
