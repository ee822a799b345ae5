/*
 * What holds a script, in words for the log and the admin: see PROTOCOL.md, "What held a script".
 * Helper.
 *
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */
#pragma once

#include "plan.h"
#include "prepare.h"

#include <stdint.h>

/*
 * The words for this plan, and for these namespaces beside those that every script has; `uid` is
 * the script's. The caller frees; NULL where memory is short.
 */
char *sandbox_describe(const struct plan *plan, uint64_t clone_flags, uid_t uid,
                       const struct sandbox_host *host);

/*
 * The names of the plan's capabilities, apart by spaces; empty where it has none. The caller frees;
 * NULL where memory is short.
 */
char *sandbox_list_capabilities(const struct plan *plan);
