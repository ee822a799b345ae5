/*
 * All daemons that are watched. virteventd, in the thread of libvirt's event loop.
 *
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */
#pragma once

#include "settings.h"
#include "source.h"

/* Zero-initialised it is empty. */
struct sources {
    struct source *list[URIS_MAX];
    size_t count;
};

/*
 * What was last heard of a daemon's objects, into the empty `ret_states`; 0 or a negative errno.
 */
typedef int sources_recall(const char *uri, struct states *ret_states, void *user);

/*
 * From now on these are watched (where there are none: libvirt's own default), those that are
 * watched already go on, and the others are let go. `recall`, with the sink's `user`, is asked for
 * new ones; NULL: nothing is known. Returns 0, or a negative errno, and then all is as it was.
 */
int sources_set(struct sources *sources, char *const *uris, size_t count,
                const struct event_sink *sink, sources_recall *recall);
