/*
 * `virt-hook stats`: how often each script ran, how long it took, and what it denied. Admin's
 * process; what the records say is not trusted.
 *
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */
#include "cleanup.h"
#include "command.h"
#include "complain.h"
#include "output.h"
#include "place.h"
#include "stats_options.h"
#include "stats_show.h"

#include <string.h>

static int gather(const struct filter *filter, struct records *records, struct tally *tally)
{
    struct record record;
    int r;

    while ((r = records_next(records, &record)) > 0) {
        if (filter_matches(filter, record.json))
            r = tally_take_end(tally, record.json);
        else if (strcmp(records_text(record.json, "type"), "lost") == 0 &&
                 filter_is_within(filter, record.json))
            tally_take_lost(tally, record.json);
        if (r < 0)
            break;
    }
    return r;
}

/* The higher first. */
static int compare_counts(uint64_t a, uint64_t b)
{
    return a > b ? -1 : a < b;
}

static int compare_names(const struct script_tally *a, const struct script_tally *b)
{
    int order = strcmp(a->path, b->path);

    return order != 0 ? order : strcmp(a->driver, b->driver);
}

static int compare_by(enum stats_sort sort, const struct script_tally *a,
                      const struct script_tally *b)
{
    switch (sort) {
    case SORT_P50:
        return compare_counts(durations_percentile(&a->durations, 50),
                              durations_percentile(&b->durations, 50));
    case SORT_P95:
        return compare_counts(durations_percentile(&a->durations, 95),
                              durations_percentile(&b->durations, 95));
    case SORT_MAX:
        return compare_counts(a->durations.max_ms, b->durations.max_ms);
    case SORT_CALLS:
        return compare_counts(a->calls, b->calls);
    case SORT_DENIED:
        return compare_counts(a->denied, b->denied);
    case SORT_TIMEOUTS:
        return compare_counts(a->timeouts, b->timeouts);
    case SORT_LAST:
        return strcmp(b->last, a->last);
    default:
        return 0;
    }
}

static int compare_scripts(const void *first, const void *second, void *context)
{
    const struct script_tally *a = *(struct script_tally *const *)first;
    const struct script_tally *b = *(struct script_tally *const *)second;
    int order = compare_by(*(const enum stats_sort *)context, a, b);

    return order != 0 ? order : compare_names(a, b);
}

static int show(const struct stats_options *options, struct tally *tally, FILE *stream)
{
    enum stats_sort sort = options->sort;

    if (tally->script_count > 0)
        qsort_r(tally->scripts, tally->script_count, sizeof(struct script_tally *), compare_scripts,
                &sort);
    switch (options->form) {
    case STATS_JSON:
        return stats_show_json(tally, stream);
    case STATS_OPENMETRICS:
        return stats_show_openmetrics(tally, stream);
    default:
        return stats_show_table(tally, stream);
    }
}

static int write_out(const struct stats_options *options, struct tally *tally)
{
    auto_output struct output output = {0};
    int r = output_open(options->output, &output);

    if (r == 0)
        r = show(options, tally, output.stream);
    if (r == 0)
        r = output_finish(&output);
    if (r == 0)
        return 0;
    if (r == OUTPUT_E_SPECIAL)
        return complain(STATUS_USAGE, "stats",
                        "%s is no regular file: leave --output out, and redirect", options->output);
    return complain(STATUS_USAGE, "stats", "%s cannot be written: %s",
                    options->output ? options->output : "the answer", strerror(-r));
}

static int show_stats(struct stats_options *options)
{
    __attribute__((cleanup(tally_clear))) struct tally tally = {0};
    auto_records struct records *records = NULL;
    int r = place_open("stats", &options->places, &records);

    if (r != 0)
        return r;
    r = gather(&options->filter, records, &tally);
    if (r < 0)
        return complain(STATUS_USAGE, "stats", "the log cannot be read: %s", strerror(-r));
    r = write_out(options, &tally);
    return r != 0 ? r : place_tell("stats", records);
}

int stats_command(int argc, char **argv)
{
    struct stats_options options;
    int status;

    if (stats_options_parse(argc, argv, &options, &status))
        status = show_stats(&options);
    stats_options_clear(&options);
    return status;
}
