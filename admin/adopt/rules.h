/*
 * Whether the configuration lets adopted hooks do what they did before. Admin's process; the
 * helper's binary is asked, which alone reads the configuration.
 *
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */
#pragma once

#include "plan.h"

struct adopt_rules {
    char *config;                  /* path of the configuration; owned */
    char *hooks;                   /* where it has hooks; owned */
    bool looked;                   /* what is below is known */
    bool other_hooks;              /* `hooks` is not where they are moved to */
    bool layout;                   /* per_guest_layout is on, and would run them twice */
    bool missing[LIBVIRT_DRIVERS]; /* a script gets a default profile that confines it */
};

#define auto_rules __attribute__((cleanup(rules_clear)))

/*
 * Asks before anything is changed: where there is no answer, no adopted hook would run either.
 * Returns 0, or an exit status where it was complained. Clear it in either case.
 */
int rules_prepare(const struct adopt_request *request, struct adopt_rules *ret_rules);

/* Looks at the hooks that are to go. Returns 0, or an exit status where it was complained. */
int rules_look(const struct adopt_request *request, const struct plan *plan,
               struct adopt_rules *rules);

/* Whether the configuration lacks anything. */
bool rules_lack(const struct adopt_rules *rules);

/* The lines to put into it, "" where none are; the caller frees. NULL where memory is short. */
char *rules_lines(const struct adopt_request *request, const struct adopt_rules *rules);

void rules_clear(struct adopt_rules *rules);
