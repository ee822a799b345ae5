/*
 * One connection to a libvirt daemon, and the events that come over it. virteventd, in the thread
 * that runs libvirt's event loop; what the daemon says is not trusted to be sound.
 *
 * A connection that cannot be had, or is lost, is tried again: after 1 s, then after twice as long
 * each time up to a minute, each time a quarter more or less so that many hosts do not come at
 * once. A daemon that is half dead is given up when it has left three keepalives unanswered, 5 s
 * apart. Connecting waits in a thread of its own: one daemon that does not answer delays no other.
 *
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */
#pragma once

#include "event.h"
#include "states.h"

struct source;

/* What is said of libvirt's default, which has no URI. */
#define SOURCE_DEFAULT "default"

enum source_state {
    SOURCE_AWAY,         /* no connection */
    SOURCE_CONNECTED,    /* what is there is being asked */
    SOURCE_SYNCHRONIZED, /* nothing is missed */
};

/* Borrowed until the source has gone. */
struct source_info {
    const char *uri; /* as it was given, or SOURCE_DEFAULT */
    enum source_state state;
    uint64_t events; /* that it told */
};

/*
 * Begins to connect; libvirt's event loop has been registered. Events go to the sink, those of kind
 * "daemon" too: "connected", "disconnected", and "synchronized" when what is there was compared
 * with what was last heard. The URI is copied; NULL is libvirt's default. `known`, what was last
 * heard, is taken over; NULL where it is nothing. Returns 0, or a negative errno, and then `known`
 * is as it was.
 */
int source_open(const char *uri, struct states *known, const struct event_sink *sink,
                struct source **ret_source);

/*
 * No events come any more; it ends when its daemon has let it go, or at once where that has no
 * connection.
 */
void source_close(struct source *source);

struct source_info source_describe(const struct source *source);

/* Hands an event of this source to its sink; `payload` is owned, NULL where memory was short. */
void source_tell(struct source *source, struct event event, struct json_object *payload);
