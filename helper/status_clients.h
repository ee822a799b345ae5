/*
 * Whom this helper serves, for its status. Helper.
 *
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */
#pragma once

#include "state.h"

#include <json-c/json.h>

/* An array of the connections, as many as fit, without those of admins. NULL where memory is short.
 * The caller owns it. */
struct json_object *status_clients(const struct helper *helper);
