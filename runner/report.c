/*
 * What the runner tells the helper, over its channel. Runner.
 *
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */
#include "report.h"

#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

void runner_report(const struct runner_report *report)
{
    /* A helper that is gone is noticed by the channel's end. */
    (void)!send(RUNNER_CHANNEL_FD, report, sizeof(*report), MSG_NOSIGNAL);
}

void runner_fail_at(enum runner_step step, int error, const char *path)
{
    struct runner_report report = {.event = RUNNER_FAILED, .step = step, .error = error};

    if (path)
        strncpy(report.path, path, sizeof(report.path) - 1);
    runner_report(&report);
    _exit(1);
}

void runner_fail(enum runner_step step, int error)
{
    runner_fail_at(step, error, NULL);
}
