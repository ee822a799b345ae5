/*
 * What is asked of a connection: all events of libvirt that this library and the daemon know.
 * virteventd.
 *
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */
#pragma once

#include "source.h"

#include <libvirt/libvirt.h>

/*
 * Registers for every event. Kinds that the daemon has no driver for are passed over; callbacks
 * end with the connection.
 */
void watch_domains(virConnectPtr connection, struct source *source);
void watch_objects(virConnectPtr connection, struct source *source);
