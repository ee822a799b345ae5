/*
 * What verifying found, for people: a line for each finding, and a table of the logs. Admin's
 * process; names and records are not trusted.
 *
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */
#include "verify_show.h"

#include "cleanup.h"
#include "local_time.h"
#include "table.h"
#include "text.h"

#include <inttypes.h>
#include <stdarg.h>
#include <string.h>

static const struct table_column columns[] = {
    {"LOG", false, 0},    {"FILES", true, 0},  {"CHAINS", true, 0}, {"RECORDS", true, 0},
    {"FIRST", false, 23}, {"LAST", false, 23}, {"BREAKS", true, 0},
};

#define COLUMNS (sizeof(columns) / sizeof(columns[0]))

/* A line of text in this tone; what could steer a terminal is escaped. */
static int __attribute__((format(printf, 3, 4)))
print_line(const struct terminal *terminal, enum tone tone, const char *format, ...)
{
    auto_free char *text = NULL, *safe = NULL;
    va_list arguments;

    va_start(arguments, format);
    text = text_compose(format, arguments);
    va_end(arguments);
    safe = text ? text_escape(text, strlen(text), false) : NULL;
    if (!safe)
        return -ENOMEM;
    terminal_print(terminal, tone, safe);
    return putchar('\n') == EOF ? -errno : 0;
}

static int show_start(void)
{
    return 0;
}

static int show_finding(const struct finding *finding, bool is_first)
{
    struct terminal terminal = terminal_of(stdout);
    auto_free char *sentence = finding_sentence(finding);

    if (!sentence)
        return -ENOMEM;
    return print_line(&terminal, finding_is_break(finding) ? TONE_BAD : TONE_PLAIN,
                      "%s:%" PRIu64 ": %s", finding->file, finding->line, sentence);
}

static int show_expected(const struct terminal *terminal, const struct expected *expected)
{
    auto_free char *sentence = expected_sentence(expected);

    if (!sentence)
        return -ENOMEM;
    return print_line(terminal, expected_holds(expected) ? TONE_PLAIN : TONE_BAD, "%s: %s",
                      expected->text, sentence);
}

static void put_time(struct table *table, const struct sighting *sighting)
{
    char text[LOCAL_TIME_SIZE];

    local_time_format(sighting->time, text);
    table_put(table, TONE_PLAIN, text);
}

static void put_row(struct table *table, const struct verified *log)
{
    const struct verify_summary *summary = &log->summary;

    table_put(table, TONE_STRONG, log->path);
    table_putf(table, TONE_PLAIN, "%zu", log->files);
    table_putf(table, TONE_PLAIN, "%" PRIu64, summary->chains);
    table_putf(table, TONE_PLAIN, "%" PRIu64, summary->records);
    put_time(table, &summary->first);
    put_time(table, &summary->last);
    table_putf(table, summary->breaks > 0 ? TONE_BAD : TONE_GOOD, "%" PRIu64, summary->breaks);
}

static int show_table(const struct terminal *terminal, const struct verify_result *result)
{
    auto_table struct table *table = table_new(terminal, columns, COLUMNS);

    if (!table)
        return -ENOMEM;
    for (size_t i = 0; i < result->count; i++)
        put_row(table, &result->logs[i]);
    return table_end(table);
}

static int show_end(const struct verify_result *result)
{
    struct terminal terminal = terminal_of(stdout);
    int r = 0;

    for (size_t i = 0; r == 0 && i < result->expected_count; i++)
        r = show_expected(&terminal, &result->expected[i]);
    if (r == 0)
        r = show_table(&terminal, result);
    if (r < 0)
        return r;
    if (result->breaks == 0)
        return print_line(&terminal, TONE_GOOD, "No break in %" PRIu64 " records.",
                          result->records);
    return print_line(&terminal, TONE_BAD, "%" PRIu64 " %s in %" PRIu64 " records.", result->breaks,
                      result->breaks == 1 ? "break" : "breaks", result->records);
}

const struct verify_show verify_show_people = {
    .start = show_start, .find = show_finding, .end = show_end};
