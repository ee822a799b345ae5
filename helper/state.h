/*
 * The helper's whole state: one structure, made in main(), owned by it, handed to all parts.
 *
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */
#pragma once

#include "cgroup.h"
#include "config.h"
#include "copies.h"
#include "deliveries.h"
#include "environment.h"
#include "log.h"
#include "loop.h"
#include "message.h"
#include "options.h"
#include "order.h"
#include "prepare.h"
#include "privilege.h"
#include "space.h"
#include "spawn.h"

#include <stdbool.h>
#include <stdint.h>

struct call;
struct linger;
struct listener;
struct peer;

struct helper {
    struct options options;
    struct loop *loop;
    struct config *config;
    struct sandbox_host host;
    struct sandbox_list sandboxes; /* of the configuration's profiles */
    struct privilege privilege;
    struct space space; /* namespaces that outlive calls */
    struct cgroups cgroups;
    struct spawn_context spawn;
    struct audit_log *audit;
    struct copies copies;   /* of its records */
    struct order orders[2]; /* by enum call_class */
    struct listener *listeners;
    struct listener *admin; /* where the admin asks; NULL where it cannot be had */
    struct peer *peers;
    struct call *calls;            /* open ones */
    struct deliveries *deliveries; /* of events, lately; NULL before the first */
    size_t call_count;
    uint64_t call_number; /* of the last call */
    uint64_t started_ms;
    struct linger *lingers; /* what lives on after its call */
    size_t linger_count;
    struct timer watchdog; /* when the service manager is told next that the loop turns */
    bool retiring;         /* the loop ends when no call is open, and nothing lingers */
    bool ending; /* no new call is taken; the loop ends with the last one, and what lingers */
};

/* Takes no more calls, cancels the open ones, and lets the loop end with the last of them. */
void helper_end(struct helper *helper);

/*
 * Lets the loop end at the first moment when no call is open, for another helper to take its place
 * (an upgrade). Until then calls are taken as ever; what a client has sent and was not accepted it
 * sends once more, to the next helper.
 */
void helper_retire(struct helper *helper);

/* Ends the loop where the helper is ending or retiring and nothing is open any more. */
void helper_stop_when_done(struct helper *helper);

/* Reads the configuration, at start. Returns 0, CONFIG_E_REFUSED with a sentence that the caller
 * frees, or a negative errno. */
int helper_load(struct helper *helper, char **ret_error);

/* Prepares what it says, when it is known what this host can give. Returns as helper_load(). */
int helper_prepare(struct helper *helper, char **ret_error);

/* Both while it runs, all or nothing: what was there before stays otherwise. Told to all that
 * depend on it. Returns as helper_load(). */
int helper_reload(struct helper *helper, char **ret_error);
