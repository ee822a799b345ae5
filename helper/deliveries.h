/*
 * Which events' deliveries were taken lately, by the names that their client gave them: so that it
 * may send one again when it does not know, and none runs twice. Helper.
 *
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */
#pragma once

#include <stdbool.h>

/*
 * How many are kept in mind: more than a client can have open, so that the one that it does not
 * know the end of is among them. Some 600 KiB, taken when the first one comes.
 */
#define DELIVERIES_MAX 8192

struct deliveries;

/* Whether this one was taken and not forgotten. False for NULL, which remembers none. */
bool deliveries_know(const struct deliveries *deliveries, const char *name);

/*
 * Takes one that is not known; the oldest goes where there is no room. `*slot` is made where
 * it is NULL. `name` is one that name_is_delivery() lets pass. Returns 0 or -ENOMEM.
 */
int deliveries_add(struct deliveries **slot, const char *name);

/* As if it had never come; one that is not known is let be. */
void deliveries_forget(struct deliveries *deliveries, const char *name);

/* NULL is allowed. */
void deliveries_free(struct deliveries *deliveries);
