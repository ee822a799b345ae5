/*
 * Times of records for people. Admin's process; what a record gives for its time may be anything.
 *
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */
#include "local_time.h"

#include <stdio.h>
#include <time.h>

void local_time_format(const char *time, char text[LOCAL_TIME_SIZE])
{
    struct tm utc = {0}, local;
    const char *rest = strptime(time, "%Y-%m-%dT%H:%M:%S", &utc);
    time_t seconds = rest ? timegm(&utc) : 0;
    size_t length = 0;

    if (rest && localtime_r(&seconds, &local))
        length = strftime(text, LOCAL_TIME_SIZE, "%Y-%m-%d %H:%M:%S", &local);
    if (length == 0)
        snprintf(text, LOCAL_TIME_SIZE, "%s", time);
    else
        snprintf(text + length, LOCAL_TIME_SIZE - length, "%.4s", *rest == '.' ? rest : "");
}
