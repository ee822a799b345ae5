/*
 * The event sections of the configuration, matched to an event and its scripts. Helper.
 *
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */
#pragma once

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct event_names;

/* One section. Patterns are those of fnmatch(3) without flags; NULL fits all. */
struct event_rule {
    char *name;        /* its title in the file */
    unsigned int line; /* where it stands */
    char *kind, *object, *event, *detail;
    unsigned int event_line, detail_line;
    char *script; /* absolute path: is run for what fits; NULL: none */
    char *about;  /* pattern of a script's path or last component: for these alone; NULL: for all */
    char *profile;        /* NULL: not set by this section */
    uint64_t timeout_ms;  /* of one script; 0: not set */
    unsigned int retries; /* where retries_line is not 0 */
    unsigned int script_line, profile_line, timeout_line, retries_line;
};

struct event_rule_list {
    size_t count;
    struct event_rule *rules;
};

/* Adds a section after all others and takes its strings, which leaves it empty. Returns 0 or
 * -ENOMEM. */
int event_rules_add(struct event_rule_list *list, struct event_rule *rule);

/* What a section may set for a script. */
enum event_value { EVENT_PROFILE, EVENT_TIMEOUT, EVENT_RETRIES };

/*
 * The section that gives the script at `path` this value, or NULL: of those that fit the event, the
 * first that names the script, else the first that names none. It belongs to the list.
 */
const struct event_rule *event_rules_find(const struct event_rule_list *list,
                                          const struct event_names *names, const char *path,
                                          enum event_value value);

/* The section after `after` (NULL to begin) that fits the event and names a script; or NULL. */
const struct event_rule *event_rules_next_script(const struct event_rule_list *list,
                                                 const struct event_names *names,
                                                 const struct event_rule *after);

/* The section that fits the event and has the longest timeout; NULL where none has one. */
const struct event_rule *event_rules_find_longest(const struct event_rule_list *list,
                                                  const struct event_names *names);

/* Whether the section names the script at `path`; NULL: whether it names none. */
bool event_rule_names(const struct event_rule *rule, const char *path);

/* Whether the section could fit: what is left open is NULL in `names`. */
bool event_rule_may_fit(const struct event_rule *rule, const struct event_names *names);

/* Frees the strings of one section, and empties it. */
void event_rule_clear(struct event_rule *rule);

void event_rules_clear(struct event_rule_list *list);
