/*
 * What the helper itself may do: no more than its configuration needs. Helper, at start as root; a
 * helper that was started by an ordinary user has nothing to give up.
 *
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */
#pragma once

#include "needs.h"
#include "user_ns.h"

#include <stdbool.h>

struct helper;

struct privilege {
    bool user;     /* it becomes, or is, an ordinary user, and `map` says who its scripts are */
    bool given_up; /* what is not needed is gone */
    struct needs needs; /* with more reasons, where it could be one and is not */
    struct user_ns_map map;
};

/*
 * Decides by the configuration and makes the namespaces that runners are made in. Returns 0,
 * SPAWN_E_REFUSED with a sentence that the caller frees where no runner can be made at all, or a
 * negative errno.
 */
int privilege_prepare(struct helper *helper, char **ret_error);

/* Gives up all that is not needed. Returns 0 or a negative errno. */
int privilege_give_up(struct helper *helper);

/*
 * Whether a helper that runs holds what another configuration needs. Returns 0, CONFIG_E_REFUSED
 * with a sentence that says to restart, which the caller frees, or -ENOMEM.
 */
int privilege_check(const struct helper *helper, const struct config *config, char **ret_error);

void privilege_clear(struct privilege *privilege);
