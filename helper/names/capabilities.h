/*
 * Capabilities by name: what the configuration calls them. Helper.
 *
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */
#pragma once

/* 12 for "NET_ADMIN", "CAP_NET_ADMIN" and "cap_net_admin"; -1 for a name that is none. */
int capability_number(const char *name);

/* "net_admin" for 12; NULL from the first number on that has no name. */
const char *capability_name(int number);
