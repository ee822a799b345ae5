/*
 * `virt-hook log`: the calls that have ended, as a table or as the records themselves. Admin's
 * process; what the records say is not trusted.
 *
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */
#include "cleanup.h"
#include "command.h"
#include "complain.h"
#include "heads.h"
#include "local_time.h"
#include "log_options.h"
#include "place.h"
#include "table.h"
#include "text.h"
#include "verify.h"

#include <string.h>

static const struct table_column columns[] = {
    {"TIME", false, 23},      {"CALL", false, 40},    {"DRIVER", false, 12}, {"OBJECT", false, 40},
    {"OPERATION", false, 30}, {"VERDICT", false, 10}, {"REASON", false, 24}, {"MESSAGE", false, 0},
};

#define COLUMNS (sizeof(columns) / sizeof(columns[0]))

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

static int last_take(struct last *last, const struct record *record)
{
    char **slot = &last->lines[last->taken++ % last->most];

    free(*slot);
    *slot = strndup(record->line, record->size);
    return *slot ? 0 : -ENOMEM;
}

static bool is_text(const char *wanted, const char *text)
{
    return !wanted || strcmp(wanted, text) == 0;
}

static bool has_script(struct json_object *json, const char *path)
{
    struct json_object *scripts;

    if (!path)
        return true;
    if (!json_object_object_get_ex(json, "scripts", &scripts) ||
        !json_object_is_type(scripts, json_type_array))
        return false;
    for (size_t i = 0; i < json_object_array_length(scripts); i++) {
        if (strcmp(records_text(json_object_array_get_idx(scripts, i), "path"), path) == 0)
            return true;
    }
    return false;
}

static bool matches(const struct log_options *options, struct json_object *json)
{
    return is_text("end", records_text(json, "type")) &&
           is_text(options->guest, records_text(json, "object")) &&
           is_text(options->driver, records_text(json, "driver")) &&
           is_text(options->operation, records_text(json, "operation")) &&
           is_text(options->verdict, records_text(json, "verdict")) &&
           is_text(options->reason, records_text(json, "reason")) &&
           has_script(json, options->script);
}

static enum tone tone_of(const char *verdict)
{
    if (strcmp(verdict, "allow") == 0)
        return TONE_GOOD;
    return strcmp(verdict, "deny") == 0 ? TONE_BAD : TONE_WARNING;
}

static void put_row(struct table *table, struct json_object *json)
{
    const char *verdict = records_text(json, "verdict");
    char time[LOCAL_TIME_SIZE];

    local_time_format(records_text(json, "time"), time);
    table_put(table, TONE_PLAIN, time);
    table_put(table, TONE_FAINT, records_text(json, "call"));
    table_put(table, TONE_PLAIN, records_text(json, "driver"));
    table_put(table, TONE_STRONG, records_text(json, "object"));
    table_putf(table, TONE_PLAIN, "%s/%s", records_text(json, "operation"),
               records_text(json, "sub_operation"));
    table_put(table, tone_of(verdict), verdict);
    table_put(table, TONE_PLAIN, records_text(json, "reason"));
    table_put(table, TONE_PLAIN, records_text(json, "message"));
}

/* The line as it is, but for characters that could steer a terminal, which JSON escapes. */
static int print_line(const char *line, size_t size)
{
    auto_free char *safe = text_escape_json(line, size);

    if (!safe)
        return -ENOMEM;
    return puts(safe) < 0 ? -EIO : 0;
}

static int show_one(struct table *table, bool json, const struct record *record)
{
    if (json)
        return print_line(record->line, record->size);
    put_row(table, record->json);
    return 0;
}

static int show_last(struct table *table, bool json, const struct last *last)
{
    size_t first = last->taken > last->most ? last->taken - last->most : 0;
    int r = 0;

    for (size_t i = first; r == 0 && i < last->taken; i++) {
        const char *line = last->lines[i % last->most];
        struct record record = {
            .json = json_tokener_parse(line), .line = line, .size = strlen(line)};

        r = record.json ? show_one(table, json, &record) : -ENOMEM;
        json_object_put(record.json);
    }
    return r;
}

static int show_records(const struct log_options *options, struct records *records,
                        struct table *table, struct last *last)
{
    struct record record;
    int r;

    while ((r = records_next(records, &record)) > 0) {
        if (!matches(options, record.json))
            continue;
        r = last->most > 0 ? last_take(last, &record) : show_one(table, options->json, &record);
        if (r < 0)
            return r;
    }
    if (r == 0 && last->most > 0)
        r = show_last(table, options->json, last);
    return r < 0 ? r : table_end(table);
}

static int show_log(struct log_options *options)
{
    __attribute__((cleanup(last_clear))) struct last last = {.most = options->last};
    auto_records struct records *records = NULL;
    struct terminal terminal = terminal_of(stdout);
    auto_table struct table *table = table_new(&terminal, columns, COLUMNS);
    int r = place_open("log", &options->places, &records);

    if (r != 0)
        return r;
    last.lines = calloc(last.most + 1, sizeof(*last.lines));
    r = table && last.lines ? show_records(options, records, table, &last) : -ENOMEM;
    if (r < 0)
        return complain(STATUS_USAGE, "log", "the log cannot be shown: %s", strerror(-r));
    return place_tell("log", records);
}

int log_command(int argc, char **argv)
{
    struct log_options options;
    int status;

    if (log_options_parse(argc, argv, &options, &status))
        status = options.verify ? verify_logs(&options)
                 : options.head ? heads_show(&options)
                                : show_log(&options);
    log_options_clear(&options);
    return status;
}
