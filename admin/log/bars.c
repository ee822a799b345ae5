/*
 * A start or stop of a guest as bars over time. Admin's process; what the records say is not
 * trusted: numbers are bounded, texts escaped.
 *
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */
#include "bars.h"

#include "cleanup.h"
#include "local_time.h"
#include "terminal.h"
#include "text.h"

#include <inttypes.h>
#include <string.h>

/* Where no terminal tells. */
#define WIDTH_DEFAULT 80

#define LABEL_MIN 12
#define BAR_MIN   10
#define BAR_MAX   400
#define NOTE_SIZE 80

/* Of what a bar is made; the legend tells it. */
#define MARK_CALL     '='
#define MARK_QUEUED   '.'
#define MARK_SETUP    '-'
#define MARK_RUNNING  '#'
#define MARK_DEADLINE '|'

/* A time in ms that no boot reaches; keeps sums of what a record says within bounds. */
#define MS_MAX ((uint64_t)1 << 45)

struct chart {
    struct terminal terminal;
    size_t label, bar, note; /* columns */
    uint64_t from, to;       /* CLOCK_MONOTONIC, in ms */
};

static struct json_object *get(struct json_object *json, const char *key)
{
    struct json_object *value = NULL;

    json_object_object_get_ex(json, key, &value);
    return value;
}

static uint64_t ms_of(struct json_object *json, const char *key)
{
    struct json_object *value = get(json, key);
    int64_t ms = json_object_is_type(value, json_type_int) ? json_object_get_int64(value) : 0;

    if (ms < 0)
        return 0;
    return (uint64_t)ms < MS_MAX ? (uint64_t)ms : MS_MAX;
}

static uint64_t begin_of(const struct timeline_call *call)
{
    return ms_of(call->begin, "monotonic_ms");
}

/* A later helper knows that the call ended, and not when. */
static bool has_end(const struct timeline_call *call)
{
    return call->end && !get(call->end, "closed_by");
}

static uint64_t end_of(const struct timeline_call *call)
{
    uint64_t end = has_end(call) ? ms_of(call->end, "monotonic_ms") : 0;

    return end > begin_of(call) ? end : begin_of(call);
}

/* "12 ms", "1.234 s", "30 s". */
static void format_ms(uint64_t ms, char *text, size_t size)
{
    if (ms < 1000)
        snprintf(text, size, "%" PRIu64 " ms", ms);
    else if (ms % 1000 == 0)
        snprintf(text, size, "%" PRIu64 " s", ms / 1000);
    else
        snprintf(text, size, "%" PRIu64 ".%03" PRIu64 " s", ms / 1000, ms % 1000);
}

static size_t column_of(const struct chart *chart, uint64_t ms)
{
    uint64_t span = chart->to - chart->from;

    if (ms <= chart->from)
        return 0;
    if (ms >= chart->to)
        return chart->bar;
    return (size_t)((ms - chart->from) * chart->bar / span);
}

/* What takes any time has a mark. */
static void draw(const struct chart *chart, char *bar, char mark, uint64_t from, uint64_t to)
{
    size_t first = column_of(chart, from), last = column_of(chart, to);

    if (from >= to)
        return;
    if (first == chart->bar)
        first--;
    if (last == first)
        last++;
    memset(bar + first, mark, last - first);
}

/* The text's end where it is too wide: of a path that is what tells. */
static void print_label(const struct chart *chart, size_t indent, const char *text)
{
    auto_free char *safe = text_escape(text, strlen(text), false);
    const char *shown = safe ? safe : "";
    size_t room = chart->label - indent, width = terminal_columns(shown, 0, NULL);
    bool cut = width > room;

    while (cut && terminal_columns(shown, 0, NULL) > room - 3) {
        size_t length = text_utf8_length(shown, strlen(shown));

        shown += length > 0 ? length : 1;
    }
    width = terminal_columns(shown, 0, NULL) + (cut ? 3 : 0);
    printf("%*s%s%s%*s  ", (int)indent, "", cut ? "..." : "", shown, (int)(room - width), "");
}

static void print_row(const struct chart *chart, size_t indent, const char *label, const char *bar,
                      enum tone tone, const char *note)
{
    auto_free char *safe = text_escape(note, strlen(note), false);

    print_label(chart, indent, label);
    terminal_print(&chart->terminal, tone, bar);
    printf("  ");
    terminal_print(&chart->terminal, tone, safe ? safe : "");
    putchar('\n');
}

static void note_script(struct json_object *script, char note[NOTE_SIZE])
{
    char ms[24];

    format_ms(ms_of(script, "duration_ms"), ms, sizeof(ms));
    if (json_object_get_boolean(get(script, "timed_out")))
        snprintf(note, NOTE_SIZE, "%s, time was up", ms);
    else if (records_text(script, "problem")[0])
        snprintf(note, NOTE_SIZE, "not run");
    else if (get(script, "signal"))
        snprintf(note, NOTE_SIZE, "%s, signal %" PRIu64, ms, ms_of(script, "signal"));
    else
        snprintf(note, NOTE_SIZE, "%s, exit %" PRIu64, ms, ms_of(script, "exit_status"));
}

static bool went_well(struct json_object *script)
{
    return get(script, "exit_status") && ms_of(script, "exit_status") == 0 &&
           !json_object_get_boolean(get(script, "timed_out"));
}

/* Scripts run one after the other. Returns when this one ended. */
static uint64_t print_script(const struct chart *chart, struct json_object *script, uint64_t from)
{
    uint64_t exec = from + ms_of(script, "setup_ms"), end = exec + ms_of(script, "duration_ms");
    char bar[BAR_MAX + 1], note[NOTE_SIZE];

    memset(bar, ' ', chart->bar);
    bar[chart->bar] = '\0';
    draw(chart, bar, MARK_SETUP, from, exec);
    draw(chart, bar, MARK_RUNNING, exec, end);
    note_script(script, note);
    print_row(chart, 2, records_text(script, "path"), bar,
              went_well(script) ? TONE_PLAIN : TONE_BAD, note);
    return end;
}

static enum tone tone_of(const struct timeline_call *call)
{
    const char *verdict = call->end ? records_text(call->end, "verdict") : "";

    if (strcmp(verdict, "allow") == 0)
        return TONE_GOOD;
    return strcmp(verdict, "deny") == 0 ? TONE_BAD : TONE_WARNING;
}

static void note_call(const struct timeline_call *call, char note[NOTE_SIZE])
{
    char took[24], deadline[24];

    format_ms(end_of(call) - begin_of(call), took, sizeof(took));
    format_ms(ms_of(call->begin, "deadline_ms"), deadline, sizeof(deadline));
    if (!call->end)
        snprintf(note, NOTE_SIZE, "open, deadline %s", deadline);
    else if (!has_end(call))
        snprintf(note, NOTE_SIZE, "helper lost");
    else
        snprintf(note, NOTE_SIZE, "%.10s, %s of %s", records_text(call->end, "verdict"), took,
                 deadline);
}

static void print_scripts(const struct chart *chart, const struct timeline_call *call)
{
    struct json_object *scripts = get(call->end, "scripts");
    uint64_t at = begin_of(call) + ms_of(call->end, "queued_ms");

    if (!json_object_is_type(scripts, json_type_array))
        return;
    for (size_t i = 0; i < json_object_array_length(scripts); i++)
        at = print_script(chart, json_object_array_get_idx(scripts, i), at);
}

static void print_call(const struct chart *chart, const struct timeline_call *call)
{
    uint64_t begin = begin_of(call), end = has_end(call) ? end_of(call) : chart->to;
    uint64_t deadline = begin + ms_of(call->begin, "deadline_ms");
    char bar[BAR_MAX + 1], note[NOTE_SIZE];
    auto_free char *label = NULL;

    if (asprintf(&label, "%s/%s", records_text(call->begin, "operation"),
                 records_text(call->begin, "sub_operation")) < 0)
        label = NULL;
    memset(bar, ' ', chart->bar);
    bar[chart->bar] = '\0';
    draw(chart, bar, MARK_CALL, begin, end);
    draw(chart, bar, MARK_QUEUED, begin, begin + ms_of(call->end, "queued_ms"));
    if (deadline > begin && deadline < chart->to)
        bar[column_of(chart, deadline)] = MARK_DEADLINE;
    note_call(call, note);
    print_row(chart, 0, label ? label : "", bar, tone_of(call), note);
    if (call->end)
        print_scripts(chart, call);
}

static size_t larger(size_t a, size_t b)
{
    return a > b ? a : b;
}

static size_t bound(size_t value, size_t least, size_t most)
{
    if (value < least)
        return least;
    return value > most ? most : value;
}

/* The labels and notes of one call and of its scripts. */
static void measure(struct chart *chart, const struct timeline_call *call)
{
    struct json_object *scripts = get(call->end, "scripts");
    size_t count = json_object_is_type(scripts, json_type_array) ? json_object_array_length(scripts)
                                                                 : 0;
    char note[NOTE_SIZE];

    note_call(call, note);
    chart->note = larger(chart->note, strlen(note));
    chart->label = larger(chart->label, strlen(records_text(call->begin, "operation")) + 1 +
                                            strlen(records_text(call->begin, "sub_operation")));
    for (size_t i = 0; i < count; i++) {
        struct json_object *script = json_object_array_get_idx(scripts, i);

        note_script(script, note);
        chart->note = larger(chart->note, strlen(note));
        chart->label = larger(chart->label,
                              2 + terminal_columns(records_text(script, "path"), 0, NULL));
    }
}

static struct chart find_chart(const struct timeline *timeline)
{
    struct chart chart = {.terminal = terminal_of(stdout)};
    size_t width = chart.terminal.width ? chart.terminal.width : WIDTH_DEFAULT;

    chart.from = chart.to = begin_of(&timeline->calls[0]);
    for (size_t i = 0; i < timeline->count; i++) {
        measure(&chart, &timeline->calls[i]);
        if (end_of(&timeline->calls[i]) > chart.to)
            chart.to = end_of(&timeline->calls[i]);
        if (begin_of(&timeline->calls[i]) < chart.from)
            chart.from = begin_of(&timeline->calls[i]);
    }
    chart.to += chart.to == chart.from;
    chart.label = bound(chart.label, LABEL_MIN, larger(width / 3, LABEL_MIN));
    chart.bar = width > chart.label + chart.note + 4 ? width - chart.label - chart.note - 4 : 0;
    chart.bar = bound(chart.bar, BAR_MIN, BAR_MAX);
    return chart;
}

static void print_title(const struct chart *chart, const struct timeline *timeline)
{
    struct json_object *first = timeline->calls[0].begin;
    auto_free char *title = NULL, *safe = NULL;
    char time[LOCAL_TIME_SIZE], span[24];

    local_time_format(records_text(first, "time"), time);
    format_ms(chart->to - chart->from, span, sizeof(span));
    if (asprintf(&title, "%s of %s (%s), %s, %s", timeline->stop ? "stop" : "start",
                 records_text(first, "object"), records_text(first, "driver"), time, span) < 0)
        title = NULL;
    safe = title ? text_escape(title, strlen(title), false) : NULL;
    terminal_print(&chart->terminal, TONE_STRONG, safe ? safe : "");
    putchar('\n');
}

void bars_print(const struct timeline *timeline)
{
    const struct chart chart = find_chart(timeline);

    print_title(&chart, timeline);
    for (size_t i = 0; i < timeline->count; i++)
        print_call(&chart, &timeline->calls[i]);
    printf("%c call  %c queued  %c set up  %c running  %c deadline\n", MARK_CALL, MARK_QUEUED,
           MARK_SETUP, MARK_RUNNING, MARK_DEADLINE);
}
