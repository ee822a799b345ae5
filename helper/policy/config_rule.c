/*
 * The rule sections of the configuration, while they are read. Helper.
 *
 * Titles and values are what an admin wrote: their form is not trusted. A pattern that could fit
 * nothing is refused, since the admin meant something by it.
 *
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */
#include "config_rule.h"

#include "cleanup.h"
#include "config.h"
#include "config_profile_name.h"
#include "config_value.h"
#include "names.h"
#include "number.h"

#include <fnmatch.h>
#include <string.h>

const char *const config_rule_keys[] = {"driver",   "object",  "operation", "script",
                                        "deadline", "profile", NULL};

int config_rule_begin(struct rule *rule, const char *title, unsigned int line,
                      struct config_problem *problem)
{
    rule_clear(rule);
    if (title[0] == '\0' || strlen(title) > CONFIG_RULE_NAME_MAX)
        return config_refuse(problem, line,
                             "a rule's name has 1 to %d bytes; write rule \"name\" {",
                             CONFIG_RULE_NAME_MAX);
    rule->name = strdup(title);
    rule->line = line;
    return rule->name ? 0 : config_no_memory(problem);
}

static bool fits_a_driver(const char *pattern)
{
    for (size_t i = 0; name_driver_at(i); i++) {
        if (fnmatch(pattern, name_driver_at(i), 0) == 0)
            return true;
    }
    return false;
}

static int check_driver(const char *pattern, unsigned int line, struct config_problem *problem)
{
    if (fits_a_driver(pattern))
        return 0;
    return config_refuse(problem, line,
                         "'%s' fits no driver; write qemu, network, lxc, libxl, bhyve or daemon",
                         pattern);
}

static int check_object(const char *pattern, unsigned int line, struct config_problem *problem)
{
    if (strlen(pattern) <= NAME_OBJECT_MAX && !strchr(pattern, '/'))
        return 0;
    return config_refuse(problem, line,
                         "'%s' cannot be an object's name, which has no / and at most %d bytes; "
                         "write a guest's or network's name or a pattern",
                         pattern, NAME_OBJECT_MAX);
}

static int check_operation(const char *pattern, unsigned int line, struct config_problem *problem)
{
    static const char letters[] = "abcdefghijklmnopqrstuvwxyz0123456789-*?[]!^\\";
    bool fits = config_value_has_wildcard(pattern) ? strlen(pattern) <= NAME_OPERATION_MAX &&
                                                         pattern[strspn(pattern, letters)] == 0
                                                   : name_is_operation(pattern);

    if (fits)
        return 0;
    return config_refuse(problem, line,
                         "'%s' cannot be an operation; write one as libvirt does, such as start",
                         pattern);
}

/* It is compared with a path that starts with /, and with what follows the last one. */
static int check_script(const char *pattern, unsigned int line, struct config_problem *problem)
{
    if (strlen(pattern) <= CONFIG_PATH_MAX && (!strchr(pattern, '/') || strchr("/*?[", pattern[0])))
        return 0;
    return config_refuse(problem, line,
                         "'%s' can fit no script; write a pattern of its name, or of its whole "
                         "path, which starts with /",
                         pattern);
}

/* The rule's pattern of this key, and the check of its own. */
static char **find_pattern(struct rule *rule, const char *key,
                           int (**ret_check)(const char *, unsigned int, struct config_problem *))
{
    if (strcmp(key, "driver") == 0) {
        *ret_check = check_driver;
        return &rule->driver;
    }
    if (strcmp(key, "object") == 0) {
        *ret_check = check_object;
        return &rule->object;
    }
    if (strcmp(key, "script") == 0) {
        *ret_check = check_script;
        return &rule->script;
    }
    *ret_check = check_operation;
    return &rule->operation;
}

static int refuse_again(const char *key, unsigned int line, struct config_problem *problem)
{
    return config_refuse(problem, line, "%s stands in this rule already; keep one of them", key);
}

static int set_pattern(struct rule *rule, const char *key, const char *value, unsigned int line,
                       struct config_problem *problem)
{
    int (*check)(const char *, unsigned int, struct config_problem *);
    char **pattern = find_pattern(rule, key, &check);
    int r;

    if (*pattern)
        return refuse_again(key, line, problem);
    if (!config_value_is_pattern(value))
        return config_refuse(problem, line,
                             "%s = '%s' is no pattern; close each [ with ], double a backslash, "
                             "or write * for all",
                             key, value);
    r = check(value, line, problem);
    if (r != 0)
        return r;
    *pattern = strdup(value);
    return *pattern ? 0 : config_no_memory(problem);
}

static int set_deadline(struct rule *rule, const char *value, unsigned int line,
                        struct config_problem *problem)
{
    uint64_t ms;

    if (rule->deadline_ms > 0)
        return refuse_again("deadline", line, problem);
    if (!number_parse_seconds(value, &ms) || ms < CONFIG_DEADLINE_LEAST_MS ||
        ms > CONFIG_DEADLINE_MOST_MS)
        return config_refuse(problem, line,
                             "deadline takes " CONFIG_DEADLINE_TAKES ", not '%s'; "
                             "write deadline = 120",
                             value);
    rule->deadline_ms = ms;
    return 0;
}

static int set_profile(struct rule *rule, const char *value, unsigned int line,
                       struct config_problem *problem)
{
    int r = rule->profile ? refuse_again("profile", line, problem)
                          : config_check_profile_name(problem, line, value);

    if (r != 0)
        return r;
    rule->profile = strdup(value);
    rule->profile_line = line;
    return rule->profile ? 0 : config_no_memory(problem);
}

int config_rule_set(struct rule *rule, const char *key, const char *value, unsigned int line,
                    struct config_problem *problem)
{
    if (strcmp(key, "deadline") == 0)
        return set_deadline(rule, value, line, problem);
    if (strcmp(key, "profile") == 0)
        return set_profile(rule, value, line, problem);
    return set_pattern(rule, key, value, line, problem);
}

int config_rule_end(struct rule *rule, struct rule_list *list, struct config_problem *problem)
{
    if (rule->deadline_ms == 0 && !rule->profile)
        return config_refuse(problem, rule->line,
                             "rule '%s' changes nothing; write deadline = SECONDS or profile = "
                             "NAME in it",
                             rule->name);
    if (rule->deadline_ms > 0 && rule->script)
        return config_refuse(problem, rule->line,
                             "rule '%s' has a deadline, which is of a whole call, and a script; "
                             "put the deadline into a rule without script, or set the time of the "
                             "script's profile",
                             rule->name);
    return rules_add(list, rule) < 0 ? config_no_memory(problem) : 0;
}
