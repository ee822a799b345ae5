/*
 * What the configuration says of an event: which scripts it has, and what each of them gets.
 * Helper. The names come from a client and were checked by names.h.
 *
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */
#include "event_choice.h"

#include "cleanup.h"
#include "event_names.h"
#include "script_list.h"

/* The scripts that sections name for the event, ended by NULL; NULL where memory is short. They
 * belong to the configuration, the array to the caller. */
static const char **list_named(const struct config *config, const struct event_names *names)
{
    const struct event_rule_list *rules = &config->event_rules;
    const char **named = calloc(rules->count + 1, sizeof(*named));
    const struct event_rule *rule = NULL;
    size_t count = 0;

    while (named && (rule = event_rules_next_script(rules, names, rule)))
        named[count++] = rule->script;
    return named;
}

static bool has_script(const struct config *config, const char *kind)
{
    size_t index;

    return event_kind_find(kind, &index) && config->events_set & (1U << index);
}

int event_find_scripts(const struct config *config, const struct event_names *names,
                       const char *only, const char *shim, uid_t session_uid,
                       struct script_list *ret_list)
{
    auto_free const char **named = list_named(config, names);
    const struct discover_events_place place = {
        .events = config->events,
        .script = has_script(config, names->kind) ? config->events_script : NULL,
        .must_exist = config->events_script_line > 0,
        .named = named,
        .shim = shim,
        .session_uid = session_uid,
    };
    int r = named ? discover_event_scripts(&place, names, ret_list) : -ENOMEM;

    if (r == 0 && only)
        script_list_keep_one(ret_list, only);
    return r;
}

struct event_choice event_choose(const struct config *config, const struct event_names *names,
                                 const char *path)
{
    const struct event_rule_list *rules = &config->event_rules;
    struct event_choice choice = {
        .profile_rule = event_rules_find(rules, names, path, EVENT_PROFILE),
        .timeout_rule = event_rules_find(rules, names, path, EVENT_TIMEOUT),
        .retries_rule = event_rules_find(rules, names, path, EVENT_RETRIES),
    };

    choice.profile = choice.profile_rule ? choice.profile_rule->profile : config->default_profile;
    choice.timeout_ms = choice.timeout_rule ? choice.timeout_rule->timeout_ms : 0;
    choice.retries = choice.retries_rule ? choice.retries_rule->retries : config->events_retries;
    return choice;
}

uint64_t event_deadline(const struct config *config, const struct event_names *names,
                        const struct event_rule **ret_rule)
{
    const struct event_rule *rule = event_rules_find_longest(&config->event_rules, names);

    *ret_rule = rule && rule->timeout_ms > config->events_deadline_ms ? rule : NULL;
    return *ret_rule ? rule->timeout_ms : config->events_deadline_ms;
}
