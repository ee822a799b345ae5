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
#include <stdlib.h>
#include <string.h>

static bool fits(const char *pattern, const char *name)
{
    return !pattern || fnmatch(pattern, name, 0) == 0;
}

static bool fits_script(const char *pattern, const char *path)
{
    const char *name = path ? strrchr(path, '/') : NULL;

    if (!pattern)
        return true;
    return path && (fits(pattern, path) || (name && fits(pattern, name + 1)));
}

static bool fits_call(const struct rule *rule, const struct rule_names *names)
{
    return fits(rule->driver, names->driver) && fits(rule->object, names->object) &&
           fits(rule->operation, names->operation);
}

const struct rule *rules_find_deadline(const struct rule_list *list, const struct rule_names *names)
{
    for (size_t i = 0; i < list->count; i++) {
        const struct rule *rule = &list->rules[i];

        if (rule->deadline_ms > 0 && !rule->script && fits_call(rule, names))
            return rule;
    }
    return NULL;
}

const struct rule *rules_find_profile(const struct rule_list *list, const struct rule_names *names)
{
    for (size_t i = 0; i < list->count; i++) {
        const struct rule *rule = &list->rules[i];

        if (rule->profile && fits_call(rule, names) && fits_script(rule->script, names->script))
            return rule;
    }
    return NULL;
}

static bool fits_all(const char *pattern)
{
    return !pattern || pattern[strspn(pattern, "*")] == '\0';
}

/* Could it fit? A name that is left open is NULL. */
static bool may_fit(const char *pattern, const char *name)
{
    return !name || fits(pattern, name);
}

static bool may_give_profile(const struct rule *rule, const struct rule_names *names)
{
    return rule->profile && may_fit(rule->driver, names->driver) &&
           may_fit(rule->object, names->object) && may_fit(rule->operation, names->operation) &&
           fits_script(rule->script, names->script);
}

/* Whether the pattern fits all that another one does, of names of which one may be known. */
static bool covers_pattern(const char *pattern, const char *other, const char *name)
{
    return name || fits_all(pattern) || (other && strcmp(pattern, other) == 0);
}

static bool covers(const struct rule *former, const struct rule *latter,
                   const struct rule_names *names)
{
    return covers_pattern(former->driver, latter->driver, names->driver) &&
           covers_pattern(former->object, latter->object, names->object) &&
           covers_pattern(former->operation, latter->operation, names->operation);
}

static bool is_covered(const struct rule_list *list, const struct rule_names *names,
                       const struct rule *rule)
{
    for (const struct rule *earlier = list->rules; earlier < rule; earlier++) {
        if (may_give_profile(earlier, names) && covers(earlier, rule, names))
            return true;
    }
    return false;
}

const struct rule *rules_next_profile(const struct rule_list *list, const struct rule_names *names,
                                      const struct rule *after)
{
    for (size_t i = after ? (size_t)(after - list->rules) + 1 : 0; i < list->count; i++) {
        const struct rule *rule = &list->rules[i];

        if (may_give_profile(rule, names) && !is_covered(list, names, rule))
            return rule;
    }
    return NULL;
}

bool rule_fits_always(const struct rule *rule, const struct rule_names *names)
{
    static const struct rule any = {0};

    return covers(rule, &any, names);
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
    free(rule->script);
    free(rule->profile);
    *rule = (struct rule){0};
}

void rules_clear(struct rule_list *list)
{
    for (size_t i = 0; i < list->count; i++)
        rule_clear(&list->rules[i]);
    free(list->rules);
    *list = (struct rule_list){0};
}
