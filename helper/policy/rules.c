/*
 * Rules of the configuration, matched to a call: the first that fits wins. Helper.
 *
 * The patterns are the admin's; the names come from a client and were checked by names.h.
 *
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */
#include "rules.h"

#include <errno.h>
#include <fnmatch.h>
#include <stdbool.h>
#include <stdlib.h>

static bool fits(const char *pattern, const char *name)
{
    return !pattern || fnmatch(pattern, name, 0) == 0;
}

const struct rule *rules_match(const struct rule_list *list, const char *driver, const char *object,
                               const char *operation)
{
    for (size_t i = 0; i < list->count; i++) {
        const struct rule *rule = &list->rules[i];

        if (fits(rule->driver, driver) && fits(rule->object, object) &&
            fits(rule->operation, operation))
            return rule;
    }
    return NULL;
}

int rules_add(struct rule_list *list, struct rule *rule)
{
    struct rule *rules = reallocarray(list->rules, list->count + 1, sizeof(*rules));

    if (!rules)
        return -ENOMEM;
    list->rules = rules;
    rules[list->count++] = *rule;
    *rule = (struct rule){0};
    return 0;
}

void rule_clear(struct rule *rule)
{
    free(rule->name);
    free(rule->driver);
    free(rule->object);
    free(rule->operation);
    *rule = (struct rule){0};
}

void rules_clear(struct rule_list *list)
{
    for (size_t i = 0; i < list->count; i++)
        rule_clear(&list->rules[i]);
    free(list->rules);
    *list = (struct rule_list){0};
}
