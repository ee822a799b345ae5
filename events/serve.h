/*
 * virteventd at its work: events of all daemons reach their scripts. In the main thread.
 *
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */
#pragma once

#include "options.h"

/*
 * Until SIGINT or SIGTERM. Then no new script is begun, and those that run have the time that the
 * configuration says; a second signal ends that, too. SIGHUP has the configuration read again, all
 * of it or nothing. Returns the exit status; stderr has said what was wrong.
 */
int serve(const struct options *options);

/* Whether the configuration is in order, on stdout or stderr; returns the exit status. */
int serve_check(const struct options *options);

/* What the virteventd of this configuration is at; returns the exit status. */
int serve_status(const struct options *options);
