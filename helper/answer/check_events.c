/*
 * What is wrong with the scripts of events: those that the configuration names, with file and line,
 * and what stands in the folders. Helper; judged as for calls.
 *
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */
#include "check_events.h"

#include "cleanup.h"
#include "survey_events.h"

#include <stdio.h>

struct naming {
    const char *words; /* how the configuration names the script: "event 'x' runs" */
    const char *path;
    unsigned int line;
};

static int add_problem(const struct matter *matter, struct json_object *problems,
                       const struct naming *naming, const char *why)
{
    auto_free char *text = NULL;

    if (asprintf(&text, "%s:%u: %s %s, which cannot run: %s", matter->config->path, naming->line,
                 naming->words, naming->path, why) < 0)
        return -ENOMEM;
    return object_append_text(problems, text) ? 0 : -ENOMEM;
}

static int check_named(const struct matter *matter, struct json_object *problems,
                       const struct naming *naming,
                       int (*take)(void *owner, const struct script_list *list), void *owner)
{
    const struct discover_events_place place = matter_events_place(matter);
    struct script_list list = {};
    int r = discover_one_script(&place, naming->path, naming->line > 0, &list);

    if (r == 0 && naming->line > 0 && list.count > 0 && list.scripts[0].problem)
        r = add_problem(matter, problems, naming, list.scripts[0].problem);
    else if (r == 0)
        r = take(owner, &list);
    script_list_clear(&list);
    return r;
}

static int check_sections(const struct matter *matter, struct json_object *problems,
                          int (*take)(void *owner, const struct script_list *list), void *owner)
{
    const struct event_rule_list *rules = &matter->config->event_rules;
    int r = 0;

    for (size_t i = 0; r == 0 && i < rules->count; i++) {
        const struct event_rule *rule = &rules->rules[i];
        auto_free char *words = NULL;

        if (!rule->script)
            continue;
        if (asprintf(&words, "event '%s' runs", rule->name) < 0)
            return -ENOMEM;
        r = check_named(matter, problems, &(struct naming){words, rule->script, rule->script_line},
                        take, owner);
    }
    return r;
}

int check_events(const struct matter *matter, struct json_object *problems,
                 int (*take)(void *owner, const struct script_list *list), void *owner)
{
    const struct discover_events_place place = matter_events_place(matter);
    const struct naming one = {"events_script is", place.script,
                               matter->config->events_script_line};
    auto_free char *text = NULL;
    int r = place.script ? check_named(matter, problems, &one, take, owner) : 0;

    if (r == 0)
        r = check_sections(matter, problems, take, owner);
    if (r == 0)
        r = survey_events(&place, take, owner);
    if (r == 0 || r == -ENOMEM)
        return r;
    text = matter_survey_problem(place.events, r);
    return text && object_append_text(problems, text) ? 0 : -ENOMEM;
}
