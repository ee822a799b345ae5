/*
 * The event sections of the configuration, while they are read. Helper.
 *
 * Titles and values are what an admin wrote: their form is not trusted.
 *
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */
#include "config_event.h"

#include "cleanup.h"
#include "config.h"
#include "config_event_words.h"
#include "config_profile_name.h"
#include "config_value.h"
#include "event_names.h"
#include "message.h"
#include "names.h"
#include "number.h"

#include <string.h>

const char *const config_event_keys[] = {"kind", "object",  "event",   "detail",  "script",
                                         "for",  "profile", "timeout", "retries", NULL};

int config_event_begin(struct event_rule *rule, const char *title, unsigned int line,
                       struct config_problem *problem)
{
    event_rule_clear(rule);
    if (title[0] == '\0' || strlen(title) > CONFIG_EVENT_NAME_MAX)
        return config_refuse(problem, line,
                             "an event section's name has 1 to %d bytes; write event \"name\" {",
                             CONFIG_EVENT_NAME_MAX);
    rule->name = strdup(title);
    rule->line = line;
    return rule->name ? 0 : config_no_memory(problem);
}

static int refuse_again(const char *key, unsigned int line, struct config_problem *problem)
{
    return config_refuse(problem, line, "%s stands in this section already; keep one of them", key);
}

/* Takes a copy, once. */
static int take(char **slot, unsigned int *slot_line, const char *key, const char *value,
                unsigned int line, struct config_problem *problem)
{
    if (*slot)
        return refuse_again(key, line, problem);
    *slot = strdup(value);
    *slot_line = line;
    return *slot ? 0 : config_no_memory(problem);
}

static int check_object(const char *pattern, unsigned int line, struct config_problem *problem)
{
    if (strlen(pattern) <= NAME_OBJECT_MAX && !strchr(pattern, '/'))
        return 0;
    return config_refuse(problem, line,
                         "'%s' cannot be an object's name, which has no / and at most %d bytes; "
                         "write a name or a pattern",
                         pattern, NAME_OBJECT_MAX);
}

/* Where events and details stand is known only at the section's end, with its kind. */
static int set_pattern(struct event_rule *rule, const char *key, const char *value,
                       unsigned int line, struct config_problem *problem)
{
    unsigned int elsewhere;
    int r = 0;

    if (!config_value_is_pattern(value))
        return config_refuse(problem, line,
                             "%s = '%s' is no pattern; close each [ with ], double a backslash, "
                             "or write * for all",
                             key, value);
    if (strcmp(key, "event") == 0)
        return take(&rule->event, &rule->event_line, key, value, line, problem);
    if (strcmp(key, "detail") == 0)
        return take(&rule->detail, &rule->detail_line, key, value, line, problem);
    if (strcmp(key, "kind") == 0) {
        r = config_check_kind(value, line, problem);
        return r == 0 ? take(&rule->kind, &elsewhere, key, value, line, problem) : r;
    }
    r = check_object(value, line, problem);
    return r == 0 ? take(&rule->object, &elsewhere, key, value, line, problem) : r;
}

/* The path is compared with those that are found in folders, so it has one form. */
static int set_script(struct event_rule *rule, const char *value, unsigned int line,
                      struct config_problem *problem)
{
    if (!config_value_is_plain_path(value))
        return config_refuse(problem, line,
                             "'%s' is no script's path, which starts with /, does not end in /, "
                             "and has no //, /./ or /../ in it; write it so",
                             value);
    return take(&rule->script, &rule->script_line, "script", value, line, problem);
}

/* It is compared with a path that starts with /, and with what follows the last one. */
static int set_about(struct event_rule *rule, const char *value, unsigned int line,
                     struct config_problem *problem)
{
    unsigned int elsewhere;

    if (!config_value_is_pattern(value) || strlen(value) > CONFIG_PATH_MAX ||
        (strchr(value, '/') && !strchr("/*?[", value[0])))
        return config_refuse(problem, line,
                             "'%s' can fit no script; write a pattern of its name, or of its whole "
                             "path, which starts with /",
                             value);
    return take(&rule->about, &elsewhere, "for", value, line, problem);
}

static int set_profile(struct event_rule *rule, const char *value, unsigned int line,
                       struct config_problem *problem)
{
    int r = config_check_profile_name(problem, line, value);

    return r == 0 ? take(&rule->profile, &rule->profile_line, "profile", value, line, problem) : r;
}

static int set_timeout(struct event_rule *rule, const char *value, unsigned int line,
                       struct config_problem *problem)
{
    uint64_t ms;

    if (rule->timeout_line > 0)
        return refuse_again("timeout", line, problem);
    if (!number_parse_seconds(value, &ms) || ms < CONFIG_DEADLINE_LEAST_MS ||
        ms > CONFIG_DEADLINE_MOST_MS)
        return config_refuse(problem, line,
                             "timeout takes " CONFIG_DEADLINE_TAKES ", not '%s'; "
                             "write timeout = 600",
                             value);
    rule->timeout_ms = ms;
    rule->timeout_line = line;
    return 0;
}

static int set_retries(struct event_rule *rule, const char *value, unsigned int line,
                       struct config_problem *problem)
{
    uint64_t number;

    if (rule->retries_line > 0)
        return refuse_again("retries", line, problem);
    if (!number_parse(value, &number) || number > SCRIPT_RETRIES_MAX)
        return config_refuse(problem, line,
                             "retries takes " CONFIG_RETRIES_TAKES ", not '%s'; write retries = 5",
                             value);
    rule->retries = (unsigned int)number;
    rule->retries_line = line;
    return 0;
}

int config_event_set(struct event_rule *rule, const char *key, const char *value, unsigned int line,
                     struct config_problem *problem)
{
    if (strcmp(key, "script") == 0)
        return set_script(rule, value, line, problem);
    if (strcmp(key, "for") == 0)
        return set_about(rule, value, line, problem);
    if (strcmp(key, "profile") == 0)
        return set_profile(rule, value, line, problem);
    if (strcmp(key, "timeout") == 0)
        return set_timeout(rule, value, line, problem);
    if (strcmp(key, "retries") == 0)
        return set_retries(rule, value, line, problem);
    return set_pattern(rule, key, value, line, problem);
}

static bool is_known(const struct event_rule_list *list, size_t end, const char *script)
{
    for (size_t i = 0; i < end; i++) {
        if (list->rules[i].script && strcmp(list->rules[i].script, script) == 0)
            return true;
    }
    return false;
}

static int check_count(const struct event_rule *rule, const struct event_rule_list *list,
                       struct config_problem *problem)
{
    size_t count = 0;

    if (!rule->script || is_known(list, list->count, rule->script))
        return 0;
    for (size_t i = 0; i < list->count; i++)
        count += list->rules[i].script && !is_known(list, i, list->rules[i].script);
    if (count < CONFIG_EVENT_SCRIPTS_MAX)
        return 0;
    return config_refuse(problem, rule->script_line,
                         "this is one script more than the %d that event sections can name; put "
                         "scripts into the folder of events",
                         CONFIG_EVENT_SCRIPTS_MAX);
}

int config_event_end(struct event_rule *rule, struct event_rule_list *list,
                     struct config_problem *problem)
{
    int r;

    if (!rule->script && !rule->profile && rule->timeout_line == 0 && rule->retries_line == 0)
        return config_refuse(problem, rule->line,
                             "event '%s' changes nothing; write script = PATH, profile = NAME, "
                             "timeout = SECONDS or retries = NUMBER in it",
                             rule->name);
    if (rule->script && rule->about)
        return config_refuse(problem, rule->line,
                             "event '%s' has a script, which it runs, and for, which is of scripts "
                             "that are found; write one of them",
                             rule->name);
    r = config_check_event(rule, problem);
    if (r == 0)
        r = check_count(rule, list, problem);
    if (r != 0)
        return r;
    return event_rules_add(list, rule) < 0 ? config_no_memory(problem) : 0;
}

static int add_kind(const char *word, unsigned int *set, unsigned int line,
                    struct config_problem *problem)
{
    size_t index;

    if (!event_kind_find(word, &index))
        return config_refuse_kind(word, line, problem);
    *set |= 1U << index;
    return 0;
}

int config_event_kinds(const char *text, unsigned int *ret_set, unsigned int line,
                       struct config_problem *problem)
{
    auto_free char *copy = strdup(text);
    unsigned int set = 0;
    char *rest = copy;
    int r = 0;

    if (!copy)
        return config_no_memory(problem);
    if (strcmp(text, "none") != 0) {
        for (char *word = strsep(&rest, " "); r == 0 && word; word = strsep(&rest, " "))
            r = *word ? add_kind(word, &set, line, problem) : 0;
    }
    if (r == 0)
        *ret_set = set;
    return r;
}
