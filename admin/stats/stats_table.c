/*
 * Statistics as a table for people. Admin's process; names come from the log, escaped.
 *
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */
#include "stats_show.h"

#include "cleanup.h"
#include "local_time.h"
#include "table.h"

#include <inttypes.h>
#include <langinfo.h>
#include <string.h>

/* Narrower terminals have no room for when and of which driver. */
#define WIDTH_OF_ALL 120

#define LEVELS    8
#define BARS      (DURATIONS_BOUNDS + 1)
#define BARS_SIZE (BARS * sizeof("█"))

static const struct table_column all_columns[] = {
    {"CALLS", true, 0},         {"DENIED", true, 0},    {"TIMED OUT", true, 0},
    {"P50", true, 0},           {"P95", true, 0},       {"MAX", true, 0},
    {"<3ms  >30s", false, 0},   {"LAST RUN", false, 0}, {"DRIVER", false, 12},
    {"SCRIPT", false, 0, true},
};

static const struct table_column few_columns[] = {
    {"CALLS", true, 0}, {"DENIED", true, 0}, {"TIMED OUT", true, 0},   {"P50", true, 0},
    {"P95", true, 0},   {"MAX", true, 0},    {"<3ms  >30s", false, 0}, {"SCRIPT", false, 0, true},
};

/* From few to all, of the runs of one script. */
static const char *const blocks[LEVELS] = {"▁", "▂", "▃", "▄", "▅", "▆", "▇", "█"};
static const char *const signs[LEVELS] = {"_", ",", ":", "-", "=", "+", "*", "#"};

static void put_count(struct table *table, enum tone tone, uint64_t count)
{
    table_putf(table, count > 0 ? tone : TONE_PLAIN, "%" PRIu64, count);
}

static void put_duration(struct table *table, const struct durations *durations, uint64_t ms)
{
    if (durations->count == 0)
        table_put(table, TONE_FAINT, "-");
    else if (ms < 1000)
        table_putf(table, TONE_PLAIN, "%" PRIu64 "ms", ms);
    else
        table_putf(table, TONE_PLAIN, "%" PRIu64 ".%02" PRIu64 "s", ms / 1000, ms % 1000 / 10);
}

/* A run that is one of many still shows: the lowest level is for it. */
static size_t level_of(uint64_t count, uint64_t most)
{
    return (size_t)((double)count / (double)most * (LEVELS - 1));
}

static void put_histogram(struct table *table, const struct durations *durations, bool unicode)
{
    const char *const *levels = unicode ? blocks : signs;
    char bars[BARS_SIZE] = "";
    uint64_t most = 0;
    char *end = bars;

    for (size_t i = 0; i < BARS; i++)
        most = durations->histogram[i] > most ? durations->histogram[i] : most;
    for (size_t i = 0; i < BARS; i++) {
        uint64_t count = durations->histogram[i];

        end = stpcpy(end, count == 0 ? "." : levels[level_of(count, most)]);
    }
    table_put(table, TONE_PLAIN, bars);
}

static void put_row(struct table *table, const struct script_tally *script, bool all, bool unicode)
{
    const struct durations *durations = &script->durations;
    char last[LOCAL_TIME_SIZE];

    put_count(table, TONE_PLAIN, script->calls);
    put_count(table, TONE_BAD, script->denied);
    put_count(table, TONE_WARNING, script->timeouts);
    put_duration(table, durations, durations_percentile(durations, 50));
    put_duration(table, durations, durations_percentile(durations, 95));
    put_duration(table, durations, durations->max_ms);
    put_histogram(table, durations, unicode);
    if (all) {
        local_time_format(script->last, last);
        table_put(table, TONE_PLAIN, last);
        table_put(table, TONE_PLAIN, script->driver);
    }
    table_put(table, TONE_STRONG, script->path);
}

/* How many calls all that came from. */
static void print_calls(const struct tally *tally, FILE *stream)
{
    uint64_t allowed = tally_calls(tally, TALLY_ALLOW), denied = tally_calls(tally, TALLY_DENY);
    uint64_t none = tally_calls(tally, TALLY_NONE);
    char first[LOCAL_TIME_SIZE], last[LOCAL_TIME_SIZE];

    if (allowed + denied + none == 0) {
        fputs("No call that fits has ended.\n", stream);
        return;
    }
    local_time_format(tally->first, first);
    local_time_format(tally->last, last);
    fprintf(stream, "%" PRIu64 " calls from %s to %s: %" PRIu64 " allowed, %" PRIu64 " denied",
            allowed + denied + none, first, last, allowed, denied);
    if (none > 0)
        fprintf(stream, ", %" PRIu64 " without a verdict", none);
    fputs(".\n", stream);
}

/* What the numbers above do not hold. */
static void print_rest(const struct tally *tally, FILE *stream)
{
    if (tally->left_out > 0)
        fprintf(stream, "%" PRIu64 " runs of scripts beyond the first %d are not shown.\n",
                tally->left_out, TALLY_SCRIPTS_MAX);
    if (tally->lost > 0)
        fprintf(stream, "%" PRIu64 " records were lost to a full disk, and are not counted.\n",
                tally->lost);
}

int stats_show_table(const struct tally *tally, FILE *stream)
{
    struct terminal terminal = terminal_of(stream);
    bool all = terminal.width == 0 || terminal.width >= WIDTH_OF_ALL;
    bool unicode = terminal.is_terminal && strcmp(nl_langinfo(CODESET), "UTF-8") == 0;
    auto_table struct table *table =
        all ? table_new(&terminal, all_columns, sizeof(all_columns) / sizeof(all_columns[0]))
            : table_new(&terminal, few_columns, sizeof(few_columns) / sizeof(few_columns[0]));

    if (!table)
        return -ENOMEM;
    for (size_t i = 0; i < tally->script_count; i++)
        put_row(table, tally->scripts[i], all, unicode);
    if (table_end(table) == -ENOMEM)
        return -ENOMEM;
    if (tally->script_count > 0)
        fputc('\n', stream);
    print_calls(tally, stream);
    print_rest(tally, stream);
    return 0;
}
