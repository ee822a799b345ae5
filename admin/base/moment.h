/*
 * Points in time as people name them, in journalctl's manner. Admin's process.
 *
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */
#pragma once

#include <stdbool.h>
#include <time.h>

/* "2026-11-23T09:41:18.123456Z", as records have it: earlier ones sort first by strcmp(3). */
#define MOMENT_SIZE sizeof("2026-11-23T09:41:18.123456Z")

/* The forms that are taken, for messages. */
#define MOMENT_FORMS                                                                       \
    "\"2026-11-23 09:41:18\", \"2026-11-23\", \"09:41\", today, yesterday, now, \"-2h\", " \
    "\"2 hours ago\" or @1795426878"

/*
 * Dates and times are local, but for those that end in Z, and of today where no date stands. A
 * span has units from s to weeks: "1h 30min ago". `now` is in seconds since the epoch. False where
 * the text has none of the forms, or is out of the years 1970 to 9999.
 */
bool moment_parse(const char *text, time_t now, char ret_moment[MOMENT_SIZE]);
