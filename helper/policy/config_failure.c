/*
 * The failure sections of the configuration, while they are read. Helper.
 *
 * Titles and values are what an admin wrote: their form is not trusted. A section that does not say
 * both answers is refused: what the missing one would be is not plain where patterns overlap.
 *
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */
#include "config_failure.h"

#include "cleanup.h"
#include "config.h"
#include "config_value.h"
#include "names.h"

#include <string.h>

const char *const config_failure_keys[] = {"exit", "other", NULL};

static const char *const answers[] = {"deny", "allow", NULL};

/* Refuses an unknown driver. */
static int check_driver(const char *driver, unsigned int line, struct config_problem *problem)
{
    if (strcmp(driver, "*") == 0 || name_is_driver(driver))
        return 0;
    return config_refuse(problem, line,
                         "unknown driver '%s'; write qemu, network, lxc, libxl, bhyve, daemon or *",
                         driver);
}

static int check_operation(const char *operation, unsigned int line, struct config_problem *problem)
{
    if (strcmp(operation, "*") == 0 || name_is_operation(operation))
        return 0;
    return config_refuse(problem, line,
                         "'%s' cannot be an operation; write one as libvirt does, for example "
                         "failure \"qemu/start\", or *",
                         operation);
}

/* Two sections that fit the same calls: the second would never be used. */
static int check_is_new(const struct config_failure *failure, struct config_problem *problem)
{
    const struct failure_rule *open = &failure->open;

    for (size_t i = 0; i < failure->count; i++) {
        if (strcmp(failure->rules[i].driver, open->driver) == 0 &&
            strcmp(failure->rules[i].operation, open->operation) == 0)
            return config_refuse(problem, failure->open_line,
                                 "%s/%s has a failure section on line %u already; "
                                 "keep one of them",
                                 open->driver, open->operation, failure->lines[i]);
    }
    return 0;
}

static int check_room(const struct config_failure *failure, struct config_problem *problem)
{
    struct failure_policy defaults;

    failure_policy_defaults(&defaults);
    if (failure->count + defaults.count < FAILURE_RULES_MAX)
        return 0;
    return config_refuse(problem, failure->open_line,
                         "more than %zu failure sections; use * for several operations",
                         FAILURE_RULES_MAX - defaults.count);
}

int config_failure_begin(struct config_failure *failure, const char *title, unsigned int line,
                         struct config_problem *problem)
{
    const char *slash = strchr(title, '/');
    const char *operation = slash ? slash + 1 : title;
    auto_free char *driver = slash ? strndup(title, (size_t)(slash - title)) : strdup("*");
    int r;

    if (!driver)
        return config_no_memory(problem);
    r = check_driver(driver, line, problem);
    if (r == 0)
        r = check_operation(operation, line, problem);
    if (r != 0)
        return r;
    failure->open = (struct failure_rule){0};
    strcpy(failure->open.driver, driver);
    strcpy(failure->open.operation, operation);
    failure->open_line = line;
    failure->exit_line = failure->other_line = 0;
    r = check_is_new(failure, problem);
    return r != 0 ? r : check_room(failure, problem);
}

int config_failure_set(struct config_failure *failure, const char *key, const char *value,
                       unsigned int line, struct config_problem *problem)
{
    bool is_exit = strcmp(key, "exit") == 0;
    unsigned int *seen = is_exit ? &failure->exit_line : &failure->other_line;
    size_t choice;

    if (*seen > 0)
        return config_refuse(problem, line, "%s stands on line %u already; keep one of them", key,
                             *seen);
    if (!config_value_choice(value, answers, &choice))
        return config_refuse(problem, line, "%s takes deny or allow, not '%s'; write %s = deny",
                             key, value, key);
    *seen = line;
    *(is_exit ? &failure->open.on_exit : &failure->open.on_other) = choice == 1 ? FAILURE_ALLOW
                                                                                : FAILURE_DENY;
    return 0;
}

int config_failure_end(struct config_failure *failure, struct config_problem *problem)
{
    if (failure->exit_line == 0 || failure->other_line == 0)
        return config_refuse(problem, failure->open_line,
                             "this failure section does not set %s; write %s = deny or allow",
                             failure->exit_line == 0 ? "exit" : "other",
                             failure->exit_line == 0 ? "exit" : "other");
    failure->lines[failure->count] = failure->open_line;
    failure->rules[failure->count++] = failure->open;
    return 0;
}

void config_failure_apply(const struct config_failure *failure, struct failure_policy *policy)
{
    for (size_t i = failure->count; i > 0; i--)
        failure_policy_prepend(policy, &failure->rules[i - 1]);
}
