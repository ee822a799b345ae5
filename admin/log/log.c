/*
 * `virt-hook log`: the calls that have ended, as a table or as the records themselves. Admin's
 * process; what the records say is not trusted.
 *
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */
#include "cleanup.h"
#include "command.h"
#include "complain.h"
#include "follow.h"
#include "heads.h"
#include "log_options.h"
#include "place.h"
#include "timeline_show.h"
#include "verify.h"
#include "view.h"

#include <string.h>

/* What is shown once the end of the log has been seen: the last so many lines, in a ring. */
struct last {
    char **lines; /* owned */
    size_t most, taken;
};

static void last_clear(struct last *last)
{
    for (size_t i = 0; last->lines && i < last->most; i++)
        free(last->lines[i]);
    free(last->lines);
}

#define auto_last __attribute__((cleanup(last_clear)))

static int last_take(struct last *last, const struct record *record)
{
    char **slot = &last->lines[last->taken % last->most];

    last->taken++;
    free(*slot);
    *slot = strndup(record->line, record->size);
    return *slot ? 0 : -ENOMEM;
}

static int show_last(struct view *view, const struct last *last)
{
    size_t first = last->taken > last->most ? last->taken - last->most : 0;
    int r = 0;

    for (size_t i = first; r == 0 && i < last->taken; i++) {
        const char *line = last->lines[i % last->most];
        struct record record = {
            .json = json_tokener_parse(line), .line = line, .size = strlen(line)};

        r = record.json ? view_put(view, &record) : -ENOMEM;
        json_object_put(record.json);
    }
    return r;
}

/* The last so many, which are known when all have been read. */
static int show_end(const struct log_options *options, struct records *records, struct view *view)
{
    auto_last struct last last = {.most = options->last};
    struct record record;
    int r;

    last.lines = calloc(last.most + 1, sizeof(*last.lines));
    if (!last.lines)
        return -ENOMEM;
    while ((r = records_next(records, &record)) > 0) {
        if (last.most == 0 || !filter_matches(&options->filter, record.json))
            continue;
        r = last_take(&last, &record);
        if (r < 0)
            return r;
    }
    return r < 0 ? r : show_last(view, &last);
}

static int show_all(const struct log_options *options, struct records *records, struct view *view)
{
    struct record record;
    int r;

    while ((r = records_next(records, &record)) > 0) {
        if (!filter_matches(&options->filter, record.json))
            continue;
        r = view_put(view, &record);
        if (r < 0)
            return r;
    }
    return r;
}

static int show_records(const struct log_options *options, struct records *records,
                        struct view *view)
{
    int r = options->last == LOG_ALL ? show_all(options, records, view)
                                     : show_end(options, records, view);

    return r < 0 ? r : view_flush(view);
}

/* Returns an exit status. */
static int complain_of(int error)
{
    switch (error) {
    case FOLLOW_E_NOBODY:
        return STATUS_ALLOW;
    case FOLLOW_E_GONE:
        return complain(STATUS_USAGE, "log", "the log's directory was taken away");
    default:
        return complain(STATUS_USAGE, "log", "the log cannot be shown: %s", strerror(-error));
    }
}

static int show_log(struct log_options *options)
{
    auto_records struct records *records = NULL;
    auto_view struct view *view = view_new(options->json);
    int status = place_open("log", &options->places, &records), r;

    if (status != 0)
        return status;
    records_look_for(records, options->filter.guest);
    r = view ? show_records(options, records, view) : -ENOMEM;
    if (r < 0)
        return complain_of(r);
    if (view_is_empty(view) && options->last > 0)
        complain(0, "log", "no call that has ended fits");
    return place_tell("log", records);
}

static int follow_log(struct log_options *options)
{
    auto_records struct records *records = NULL;
    auto_view struct view *view = view_new(options->json);
    int status = place_open_live("log", &options->places, &records), r;

    if (status != 0)
        return status;
    records_look_for(records, options->filter.guest);
    follow_prepare();
    r = view ? show_records(options, records, view) : -ENOMEM;
    place_tell("log", records);
    return complain_of(r < 0 ? r : follow(&options->filter, records, view));
}

static int do_what_is_asked(struct log_options *options)
{
    if (options->verify)
        return verify_logs(options);
    if (options->head)
        return heads_show(options);
    if (options->timeline)
        return timeline_show(options);
    return options->follow ? follow_log(options) : show_log(options);
}

int log_command(int argc, char **argv)
{
    struct log_options options;
    int status;

    if (log_options_parse(argc, argv, &options, &status))
        status = do_what_is_asked(&options);
    log_options_clear(&options);
    return status;
}
