/*
 * What was lost, told as an event. virteventd.
 *
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */
#pragma once

#include "event.h"
#include "queue.h"

/*
 * Kind "daemon", event "lost", detail "dropped" or "coalesced"; the payload says how many, of whom.
 */
void lost_event_tell(const struct queue_loss *loss, const struct event_sink *sink);
