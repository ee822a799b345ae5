/*
 * SELinux: the domain that scripts of a profile run in. Helper.
 *
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */
#pragma once

#include "host.h"
#include "plan.h"
#include "profile.h"

/* The type of those whom nothing of their profile confines. */
#define LABEL_UNCONFINED_TYPE "virthook_script_unconfined_t"

/* Sets the context of this process; an empty one where SELinux is off, or has no policy yet. */
void label_look(char ret_context[SANDBOX_CONTEXT_SIZE]);

/*
 * The context of a script: user, role and the lowest level of the helper's own, with this type.
 * Returns whether `own` is a context and the whole fits.
 */
bool label_make(const char *own, const char *type, char ret_label[PLAN_LABEL_SIZE]);

/* The type of the profile's scripts. */
const char *label_type(const struct profile *profile);

/*
 * The label of the profile's scripts on this host; an empty one where they stay in the helper's own
 * domain, since SELinux is off or its policy does not know the type. Returns whether it is set.
 */
bool label_choose(const struct sandbox_host *host, const struct profile *profile,
                  char ret_label[PLAN_LABEL_SIZE]);
