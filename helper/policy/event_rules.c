/*
 * The event sections of the configuration, matched to an event and its scripts. Helper.
 *
 * The patterns are the admin's; the names come from a client and were checked by names.h.
 *
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */
#include "event_rules.h"

#include "discover_events.h"

#include <errno.h>
#include <fnmatch.h>
#include <stdlib.h>
#include <string.h>

static bool may_fit(const char *pattern, const char *name)
{
    return !pattern || !name || fnmatch(pattern, name, 0) == 0;
}

bool event_rule_may_fit(const struct event_rule *rule, const struct event_names *names)
{
    return may_fit(rule->kind, names->kind) && may_fit(rule->object, names->object) &&
           may_fit(rule->event, names->event) && may_fit(rule->detail, names->detail);
}

static bool sets(const struct event_rule *rule, enum event_value value)
{
    switch (value) {
    case EVENT_PROFILE:
        return rule->profile;
    case EVENT_TIMEOUT:
        return rule->timeout_ms > 0;
    default:
        return rule->retries_line > 0;
    }
}

bool event_rule_names(const struct event_rule *rule, const char *path)
{
    const char *name = path ? strrchr(path, '/') : NULL;

    if (!path)
        return !rule->script && !rule->about;
    if (rule->script)
        return strcmp(rule->script, path) == 0;
    return rule->about &&
           (fnmatch(rule->about, path, 0) == 0 || (name && fnmatch(rule->about, name + 1, 0) == 0));
}

static const struct event_rule *find_of(const struct event_rule_list *list,
                                        const struct event_names *names, const char *path,
                                        enum event_value value)
{
    for (size_t i = 0; i < list->count; i++) {
        const struct event_rule *rule = &list->rules[i];

        if (sets(rule, value) && event_rule_names(rule, path) && event_rule_may_fit(rule, names))
            return rule;
    }
    return NULL;
}

const struct event_rule *event_rules_find(const struct event_rule_list *list,
                                          const struct event_names *names, const char *path,
                                          enum event_value value)
{
    const struct event_rule *rule = find_of(list, names, path, value);

    return rule ? rule : find_of(list, names, NULL, value);
}

const struct event_rule *event_rules_next_script(const struct event_rule_list *list,
                                                 const struct event_names *names,
                                                 const struct event_rule *after)
{
    for (size_t i = after ? (size_t)(after - list->rules) + 1 : 0; i < list->count; i++) {
        const struct event_rule *rule = &list->rules[i];

        if (rule->script && event_rule_may_fit(rule, names))
            return rule;
    }
    return NULL;
}

const struct event_rule *event_rules_find_longest(const struct event_rule_list *list,
                                                  const struct event_names *names)
{
    const struct event_rule *longest = NULL;

    for (size_t i = 0; i < list->count; i++) {
        const struct event_rule *rule = &list->rules[i];

        if (rule->timeout_ms > (longest ? longest->timeout_ms : 0) &&
            event_rule_may_fit(rule, names))
            longest = rule;
    }
    return longest;
}

int event_rules_add(struct event_rule_list *list, struct event_rule *rule)
{
    struct event_rule *rules = reallocarray(list->rules, list->count + 1, sizeof(*rules));

    if (!rules)
        return -ENOMEM;
    list->rules = rules;
    rules[list->count++] = *rule;
    *rule = (struct event_rule){0};
    return 0;
}

void event_rule_clear(struct event_rule *rule)
{
    free(rule->name);
    free(rule->kind);
    free(rule->object);
    free(rule->event);
    free(rule->detail);
    free(rule->script);
    free(rule->about);
    free(rule->profile);
    *rule = (struct event_rule){0};
}

void event_rules_clear(struct event_rule_list *list)
{
    for (size_t i = 0; i < list->count; i++)
        event_rule_clear(&list->rules[i]);
    free(list->rules);
    *list = (struct event_rule_list){0};
}
