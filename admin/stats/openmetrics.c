/*
 * Statistics as OpenMetrics' text. Admin's process; names come from the log, escaped, and are
 * quoted here as label values.
 *
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */
#include "stats_show.h"

#include <inttypes.h>
#include <string.h>
#include <time.h>

#define SECONDS        "%" PRIu64 ".%03" PRIu64
#define SECONDS_OF(ms) (ms) / 1000, (ms) % 1000

/* The driver's name of those that are beyond all bounds. */
#define OTHERS "(others)"

struct metric {
    const char *name, *help;
    uint64_t (*value)(const struct script_tally *script);
};

static uint64_t get_calls(const struct script_tally *script)
{
    return script->calls;
}

static uint64_t get_denied(const struct script_tally *script)
{
    return script->denied;
}

static uint64_t get_timeouts(const struct script_tally *script)
{
    return script->timeouts;
}

static uint64_t get_not_run(const struct script_tally *script)
{
    return script->not_run;
}

static uint64_t get_denied_system_calls(const struct script_tally *script)
{
    return script->denied_system_calls;
}

static const struct metric script_counters[] = {
    {"virthook_script_calls", "Calls in which the script ran or should have.", get_calls},
    {"virthook_script_denied", "Calls that were denied and in which the script failed.",
     get_denied},
    {"virthook_script_timeouts", "Runs that were ended because their time was up.", get_timeouts},
    {"virthook_script_not_run", "Calls in which the script could not be run.", get_not_run},
    {"virthook_script_denied_system_calls", "System calls that the script was refused.",
     get_denied_system_calls},
};

#define SCRIPT_COUNTERS (sizeof(script_counters) / sizeof(script_counters[0]))

static void print_head(FILE *stream, const char *name, const char *type, const char *help)
{
    fprintf(stream, "# TYPE %s %s\n# HELP %s %s\n", name, type, name, help);
}

static void print_label(FILE *stream, const char *name, const char *value)
{
    fprintf(stream, "%s=\"", name);
    for (; *value; value++) {
        if (*value == '\\' || *value == '"')
            fputc('\\', stream);
        fputc(*value, stream);
    }
    fputc('"', stream);
}

/* A sample's name with its labels, without the brace that closes them. */
static void print_script_labels(FILE *stream, const char *name, const char *suffix,
                                const struct script_tally *script)
{
    fprintf(stream, "%s%s{", name, suffix);
    print_label(stream, "driver", script->driver);
    fputc(',', stream);
    print_label(stream, "script", script->path);
}

static void print_driver_label(FILE *stream, const char *name, const struct driver_tally *driver)
{
    fprintf(stream, "%s{", name);
    print_label(stream, "driver", driver->driver ? driver->driver : OTHERS);
}

/* Drivers that were counted: one more, without a name, for those beyond the bound. */
static size_t count_drivers(const struct tally *tally)
{
    return tally->driver_count + (tally->driver_count == TALLY_DRIVERS_MAX);
}

static void print_calls(const struct tally *tally, FILE *stream)
{
    print_head(stream, "virthook_calls", "counter", "Calls that have ended, by their verdict.");
    for (size_t i = 0; i < count_drivers(tally); i++) {
        for (size_t v = 0; v < TALLY_VERDICTS; v++) {
            print_driver_label(stream, "virthook_calls_total", &tally->drivers[i]);
            fprintf(stream, ",verdict=\"%s\"} %" PRIu64 "\n", tally_verdicts[v],
                    tally->drivers[i].calls[v]);
        }
    }
    print_head(stream, "virthook_calls_timed_out", "counter", "Calls whose time was up.");
    for (size_t i = 0; i < count_drivers(tally); i++) {
        print_driver_label(stream, "virthook_calls_timed_out_total", &tally->drivers[i]);
        fprintf(stream, "} %" PRIu64 "\n", tally->drivers[i].timeouts);
    }
}

static void print_script_counter(const struct tally *tally, const struct metric *metric,
                                 FILE *stream)
{
    print_head(stream, metric->name, "counter", metric->help);
    for (size_t i = 0; i < tally->script_count; i++) {
        print_script_labels(stream, metric->name, "_total", tally->scripts[i]);
        fprintf(stream, "} %" PRIu64 "\n", metric->value(tally->scripts[i]));
    }
}

static void print_last(const struct tally *tally, FILE *stream)
{
    static const char name[] = "virthook_script_last_run_timestamp_seconds";

    print_head(stream, name, "gauge", "When the newest call of the script ended.");
    for (size_t i = 0; i < tally->script_count; i++) {
        struct tm utc = {0};

        if (!strptime(tally->scripts[i]->last, "%Y-%m-%dT%H:%M:%S", &utc))
            continue;
        print_script_labels(stream, name, "", tally->scripts[i]);
        fprintf(stream, "} %lld\n", (long long)timegm(&utc));
    }
}

/* Seconds as OpenMetrics writes them: "0.03", "10.0". */
static void print_bound(FILE *stream, uint64_t ms)
{
    char text[32];
    int size = snprintf(text, sizeof(text), SECONDS, SECONDS_OF(ms));

    while (text[size - 1] == '0' && text[size - 2] != '.')
        text[--size] = '\0';
    fprintf(stream, ",le=\"%s\"} ", text);
}

static void print_durations_of(const struct script_tally *script, FILE *stream)
{
    static const char name[] = "virthook_script_duration_seconds";
    const struct durations *durations = &script->durations;
    uint64_t sum = 0;

    for (size_t i = 0; i < DURATIONS_BOUNDS; i++) {
        sum += durations->histogram[i];
        print_script_labels(stream, name, "_bucket", script);
        print_bound(stream, durations_bounds_ms[i]);
        fprintf(stream, "%" PRIu64 "\n", sum);
    }
    print_script_labels(stream, name, "_bucket", script);
    fprintf(stream, ",le=\"+Inf\"} %" PRIu64 "\n", durations->count);
    print_script_labels(stream, name, "_count", script);
    fprintf(stream, "} %" PRIu64 "\n", durations->count);
    print_script_labels(stream, name, "_sum", script);
    fprintf(stream, "} " SECONDS "\n", SECONDS_OF(durations->sum_ms));
}

static void print_durations(const struct tally *tally, FILE *stream)
{
    print_head(stream, "virthook_script_duration_seconds", "histogram", "How long its runs took.");
    for (size_t i = 0; i < tally->script_count; i++)
        print_durations_of(tally->scripts[i], stream);
}

static void print_lost(const struct tally *tally, FILE *stream)
{
    print_head(stream, "virthook_records_lost", "counter", "Records that a full disk has cost.");
    fprintf(stream, "virthook_records_lost_total %" PRIu64 "\n", tally->lost);
}

int stats_show_openmetrics(const struct tally *tally, FILE *stream)
{
    print_calls(tally, stream);
    for (size_t i = 0; i < SCRIPT_COUNTERS; i++)
        print_script_counter(tally, &script_counters[i], stream);
    print_durations(tally, stream);
    print_last(tally, stream);
    print_lost(tally, stream);
    fputs("# EOF\n", stream);
    return 0;
}
