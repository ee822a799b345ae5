/*
 * What holds of events' calls alone. Helper.
 *
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */
#pragma once

#include "call_state.h"

/*
 * Whether nothing is there for this event, so that it is answered without a record: libvirt has
 * many events, and most hosts few scripts. What was found is in the call. Events of the daemons
 * themselves are rare, losses are told by them, and they always have a record.
 */
bool call_is_for_nothing(const struct call *call);

/* Answers such a call; it is gone then. */
void call_answer_nothing(struct call *call);

/*
 * Whether the message, a call of the peer's, is of a delivery that goes on without its client: then
 * it is the peer's from now on, under the message's id, and the peer has been told so.
 */
bool call_resume(struct peer *peer, const struct message *message);

/* What the calls of one lane have in common: a hook's object, of an event its UUID where known. */
const char *call_lane(const struct call *call);

/*
 * Whether the call's delivery was taken before; else it is from now on, where memory is not short.
 */
bool call_was_delivered(struct call *call);

/*
 * The call is over: a delivery of which nothing ran may come again, and so may one whose client is
 * gone and whose scripts all exited with 75.
 */
void call_end_delivery(struct call *call);

/*
 * The peer is gone: its calls with a delivery, calls_max at the most of all peers that are gone,
 * go on and have no peer any more.
 */
void call_release_deliveries(struct peer *peer);
