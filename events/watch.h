/*
 * What is asked of a connection: all events of libvirt that this library and the daemon know.
 * virteventd.
 *
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */
#pragma once

#include "source.h"

#include <libvirt/libvirt.h>

#define WATCHES_OF_DOMAINS 27
#define WATCHES_OF_OBJECTS 7

/*
 * libvirt's ids of what is registered, each one more than it is; 0 of what the daemon has no driver
 * for. Zero-initialised it is of a connection that was not asked yet.
 */
struct watches {
    int domains[WATCHES_OF_DOMAINS];
    int objects[WATCHES_OF_OBJECTS];
};

/*
 * Registers for every event, in any thread: asks the daemon, and waits for it. Kinds that it has no
 * driver for are passed over. Events come in the thread of libvirt's event loop.
 */
void watch_domains(virConnectPtr connection, struct source *source, struct watches *watches);
void watch_objects(virConnectPtr connection, struct source *source, struct watches *watches);

/* Ends what these have begun; asks the daemon, and waits for it. */
void unwatch_domains(virConnectPtr connection, const struct watches *watches);
void unwatch_objects(virConnectPtr connection, const struct watches *watches);
