/*
 * What was changed, or would be, and what the configuration must have. Admin's process.
 *
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */
#pragma once

#include "plan.h"
#include "rules.h"

/* For a person, on stdout; false, with errno, where that cannot be written. `rules` is NULL for
 * release. */
bool show_plan(const struct adopt_request *request, const struct plan *plan,
               const struct adopt_rules *rules);

/*
 * As one JSON object. Where it was refused, `plan` and `rules` are NULL. Returns 0, or an exit
 * status where a complaint was made.
 */
int adopt_show_json(const struct adopt_request *request, const struct plan *plan,
                    const struct adopt_rules *rules);

/* A step in words; a script's two names and the shim's place are one move, for a person. */
struct shown_step {
    const char *action;       /* "move", "link" or "remove"; NULL: nothing to tell */
    const char *path, *other; /* borrowed; `other`: where it is moved or leads to, or NULL */
};

struct shown_step show_step(const struct step *step, const char *shim);
