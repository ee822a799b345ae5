/*
 * Rules of the configuration, matched to a call: the first that fits wins. Helper.
 *
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */
#pragma once

#include <stddef.h>
#include <stdint.h>

/* One rule. Patterns are those of fnmatch(3) without flags; NULL fits all. */
struct rule {
    char *name;        /* its title in the file */
    unsigned int line; /* where it stands */
    char *driver, *object, *operation;
    uint64_t deadline_ms; /* 0: not set by this rule */
};

struct rule_list {
    size_t count;
    struct rule *rules;
};

/* Adds a rule after all others and takes its strings, which leaves it empty. Returns 0 or -ENOMEM.
 */
int rules_add(struct rule_list *list, struct rule *rule);

/* The first rule that fits, or NULL. It belongs to the list. */
const struct rule *rules_match(const struct rule_list *list, const char *driver, const char *object,
                               const char *operation);

/* Frees the strings of one rule, and empties it. */
void rule_clear(struct rule *rule);

void rules_clear(struct rule_list *list);
