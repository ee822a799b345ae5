/*
 * `virt-hook log --timeline`: the last start or stop of a guest, as bars or, with --json, the
 * records of its calls. Admin's process; what the records say is not trusted.
 *
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */
#include "timeline_show.h"

#include "bars.h"
#include "cleanup.h"
#include "command.h"
#include "complain.h"
#include "place.h"
#include "text.h"
#include "timeline.h"

#include <stdio.h>
#include <string.h>

#define auto_timeline __attribute__((cleanup(timeline_clear)))

static void print_line(const char *line)
{
    auto_free char *safe = line ? text_escape_json(line, strlen(line)) : NULL;

    if (safe)
        puts(safe);
}

static void print_json(const struct timeline *timeline)
{
    for (size_t i = 0; i < timeline->count; i++) {
        print_line(timeline->calls[i].begin_line);
        print_line(timeline->calls[i].end_line);
    }
}

static void print(const struct log_options *options, const struct timeline *timeline)
{
    if (options->json)
        print_json(timeline);
    else if (timeline->count == 0)
        complain(0, "log", "no start or stop of %s is in the log", options->timeline);
    else
        bars_print(timeline);
}

int timeline_show(struct log_options *options)
{
    auto_records struct records *records = NULL;
    auto_timeline struct timeline timeline = {0};
    int status = place_open("log", &options->places, &records), r;

    if (status != 0)
        return status;
    options->filter.guest = options->timeline;
    records_look_for(records, options->timeline);
    r = timeline_find(records, &options->filter, &timeline);
    if (r < 0)
        return complain(STATUS_USAGE, "log", "the log cannot be read: %s", strerror(-r));
    print(options, &timeline);
    if (fflush(stdout) != 0)
        return complain(STATUS_USAGE, "log", "stdout cannot be written: %s", strerror(errno));
    return place_tell("log", records);
}
