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

/* libvirt's ids of what is registered; -1 of what the daemon has no driver for. */
struct watches {
    int domains[WATCHES_OF_DOMAINS];
    int objects[WATCHES_OF_OBJECTS];
};

/* Registers for every event. Kinds that the daemon has no driver for are passed over. */
void watch_domains(virConnectPtr connection, struct source *source, struct watches *watches);
void watch_objects(virConnectPtr connection, struct source *source, struct watches *watches);

/* Ends what these have begun; asks the daemon, and waits for it. */
void unwatch_domains(virConnectPtr connection, const struct watches *watches);
void unwatch_objects(virConnectPtr connection, const struct watches *watches);
