/*
 * Times of records for people. Admin's process.
 *
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */
#pragma once

#define LOCAL_TIME_SIZE 64

/*
 * Writes a record's time, RFC 3339 in UTC, by the local clock: "2026-11-23 09:41:18.123". A text
 * that is no such time is copied, so far as there is room.
 */
void local_time_format(const char *time, char text[LOCAL_TIME_SIZE]);
