/*
 * What the configuration says of an event: which scripts it has, and what each of them gets.
 * Helper.
 *
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */
#pragma once

#include "config.h"
#include "discover_events.h"

/*
 * The scripts of an event in the order of running, as discover_event_scripts(). `only` narrows them
 * to the one of this path, or to none; NULL: all. `shim` and `session_uid` as for hooks. The caller
 * clears the list.
 */
int event_find_scripts(const struct config *config, const struct event_names *names,
                       const char *only, const char *shim, uid_t session_uid,
                       struct script_list *ret_list);

/* What a script of an event gets, and which section gives it; a rule is NULL for the default. */
struct event_choice {
    const char *profile;
    uint64_t timeout_ms;  /* of its own, in place of its profile's; 0: none */
    unsigned int retries; /* after an exit with 75, EX_TEMPFAIL */
    const struct event_rule *profile_rule, *timeout_rule, *retries_rule;
};

/* All of it belongs to the configuration. */
struct event_choice event_choose(const struct config *config, const struct event_names *names,
                                 const char *path);

/*
 * Milliseconds that all scripts of an event may take together: events_deadline, or the longest
 * timeout of the sections that fit, where that is longer; `*ret_rule` is that section, or NULL.
 */
uint64_t event_deadline(const struct config *config, const struct event_names *names,
                        const struct event_rule **ret_rule);
