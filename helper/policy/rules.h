/*
 * Rules of the configuration, matched to a call: the first that fits wins. Helper.
 *
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */
#pragma once

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/* One rule. Patterns are those of fnmatch(3) without flags; NULL fits all. */
struct rule {
    char *name;        /* its title in the file */
    unsigned int line; /* where it stands */
    char *driver, *object, *operation;
    char *script;         /* of the script's path, or of its last component; NULL fits all */
    uint64_t deadline_ms; /* 0: not set by this rule */
    char *profile;        /* NULL: not set by this rule */
    unsigned int profile_line;
};

struct rule_list {
    size_t count;
    struct rule *rules;
};

/* Adds a rule after all others and takes its strings, which leaves it empty. Returns 0 or -ENOMEM.
 */
int rules_add(struct rule_list *list, struct rule *rule);

/* A call, and for a profile one of its scripts. */
struct rule_names {
    const char *driver, *object, *operation;
    const char *script; /* absolute path, or NULL */
};

/*
 * The first rule that fits and sets a deadline, or NULL; a rule with a script pattern sets none. It
 * belongs to the list.
 */
const struct rule *rules_find_deadline(const struct rule_list *list,
                                       const struct rule_names *names);

/* The first rule that fits and sets a profile: which and why. NULL: the default profile. */
const struct rule *rules_find_profile(const struct rule_list *list, const struct rule_names *names);

/*
 * The rules that could give a script its profile, one after the other: what a call leaves open is
 * NULL in `names`, and fits any pattern. `after` is the one before, NULL to begin. Rules that never
 * count, since one before fits all that they fit, are left out. NULL: no further one.
 */
const struct rule *rules_next_profile(const struct rule_list *list, const struct rule_names *names,
                                      const struct rule *after);

/* Whether a rule that rules_next_profile() gave fits whatever is left open. */
bool rule_fits_always(const struct rule *rule, const struct rule_names *names);

/* Frees the strings of one rule, and empties it. */
void rule_clear(struct rule *rule);

void rules_clear(struct rule_list *list);
