/*
 * Which paths a permissive script names that its profile would not have let it reach. Runner.
 *
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */
#pragma once

#include "observe.h"

/* A call with a path in the script's memory. */
void observe_path(const struct question *question);

/* A path that a unix socket connects to or is bound to, as the script wrote it. */
void observe_path_text(const struct question *question, const char *text);
