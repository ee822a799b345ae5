/*
 * Events as JSON lines, for people and programs that watch. virteventd.
 *
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */
#pragma once

#include "event.h"

/*
 * One line to stdout, at once. Returns 0; -ENOMEM; or -EIO where stdout cannot be written, for
 * example because who read it is gone.
 */
int print_event(const struct event *event);
