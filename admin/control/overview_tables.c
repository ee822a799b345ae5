/*
 * All helpers that run, and all their calls, as tables for a person. Admin's process; what a helper
 * says is escaped by the table.
 *
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */
#include "overview_tables.h"

#include "cleanup.h"
#include "table.h"
#include "values.h"

#include <inttypes.h>
#include <stdio.h>
#include <string.h>
#include <time.h>

static const struct table_column helper_columns[] = {
    {.title = "HELPER"},
    {.title = "PROCESS", .right = true},
    {.title = "KIND"},
    {.title = "SINCE"},
    {.title = "CALLS", .right = true},
    {.title = "RUNNING", .right = true},
    {.title = "QUEUED", .right = true},
    {.title = "SERVES"},
};

static const struct table_column call_columns[] = {
    {.title = "CALL"},
    {.title = "STATE"},
    {.title = "DRIVER"},
    {.title = "OBJECT", .most = 40},
    {.title = "OPERATION"},
    {.title = "ELAPSED", .right = true},
    {.title = "DEADLINE", .right = true},
    {.title = "SCRIPT"},
};

#define COUNT(columns) (sizeof(columns) / sizeof((columns)[0]))

void overview_since(uint64_t lasted_ms, char text[SINCE_SIZE])
{
    uint64_t seconds = lasted_ms / 1000;
    time_t now = time(NULL), then = seconds < (uint64_t)now ? now - (time_t)seconds : 0;
    struct tm local;

    if (!localtime_r(&then, &local) || strftime(text, SINCE_SIZE, "%Y-%m-%d %H:%M:%S", &local) == 0)
        strcpy(text, "-");
}

/* The value as it is: the table escapes it. */
static const char *raw_text(struct json_object *object, const char *key)
{
    struct json_object *value = value_of(object, key);

    return value ? json_object_get_string(value) : NULL;
}

static uint64_t count_of(struct json_object *status, const char *what)
{
    return value_number(value_of(status, "hook"), what) +
           value_number(value_of(status, "event"), what);
}

/* The program of the first, its process, and how many more there are. */
static void put_clients(struct table *table, struct json_object *clients)
{
    size_t count = value_count(clients);
    struct json_object *first = count > 0 ? json_object_array_get_idx(clients, 0) : NULL;
    const char *program = raw_text(first, "program");

    if (count == 0)
        table_put(table, TONE_FAINT, "nobody now");
    else if (count == 1)
        table_putf(table, TONE_PLAIN, "%s, process %" PRIu64, program ? program : "-",
                   value_number(first, "pid"));
    else
        table_putf(table, TONE_PLAIN, "%s, process %" PRIu64 ", and %zu more",
                   program ? program : "-", value_number(first, "pid"), count - 1);
}

static void put_helper(struct table *table, struct json_object *status)
{
    uint64_t queued = count_of(status, "waiting");
    char since[SINCE_SIZE];

    overview_since(value_number(status, "uptime_ms"), since);
    table_put(table, TONE_STRONG, raw_text(status, "name"));
    table_putf(table, TONE_PLAIN, "%" PRIu64, value_number(status, "pid"));
    table_put(table, TONE_PLAIN,
              json_object_get_boolean(value_of(status, "private")) ? "private" : "service");
    table_put(table, TONE_PLAIN, since);
    table_putf(table, TONE_PLAIN, "%" PRIu64, value_number(status, "calls"));
    table_putf(table, TONE_PLAIN, "%" PRIu64, count_of(status, "running"));
    table_putf(table, queued > 0 ? TONE_WARNING : TONE_PLAIN, "%" PRIu64, queued);
    put_clients(table, value_list(status, "clients"));
}

void overview_helpers(const struct terminal *terminal, struct json_object *list)
{
    auto_table struct table *table = table_new(terminal, helper_columns, COUNT(helper_columns));

    if (!table)
        return;
    for (size_t i = 0; i < value_count(list); i++)
        put_helper(table, json_object_array_get_idx(list, i));
    table_flush(table);
}

static void put_seconds(struct table *table, enum tone tone, uint64_t ms)
{
    table_putf(table, tone, "%" PRIu64 ".%" PRIu64 " s", ms / 1000, ms % 1000 / 100);
}

/* One that has taken three quarters of its time is worth a look. */
static enum tone tone_of_time(uint64_t elapsed_ms, uint64_t deadline_ms)
{
    return elapsed_ms >= deadline_ms / 4 * 3 ? TONE_WARNING : TONE_PLAIN;
}

static void put_call(struct table *table, struct json_object *call)
{
    uint64_t elapsed_ms = value_number(call, "elapsed_ms");
    uint64_t deadline_ms = value_number(call, "deadline_ms");
    const char *operation = raw_text(call, "operation");
    const char *sub_operation = raw_text(call, "sub_operation");

    table_put(table, TONE_PLAIN, raw_text(call, "id"));
    table_put(table, TONE_PLAIN, raw_text(call, "state"));
    table_put(table, TONE_PLAIN, raw_text(call, "driver"));
    table_put(table, TONE_STRONG, raw_text(call, "object"));
    table_putf(table, TONE_PLAIN, "%s %s", operation ? operation : "-",
               sub_operation ? sub_operation : "-");
    put_seconds(table, tone_of_time(elapsed_ms, deadline_ms), elapsed_ms);
    put_seconds(table, TONE_PLAIN, deadline_ms);
    table_put(table, TONE_PLAIN, raw_text(call, "script"));
}

void overview_calls(const struct terminal *terminal, struct json_object *list)
{
    auto_table struct table *table = table_new(terminal, call_columns, COUNT(call_columns));
    size_t calls = 0;

    if (!table)
        return;
    for (size_t i = 0; i < value_count(list); i++) {
        struct json_object *running = value_list(json_object_array_get_idx(list, i), "running");

        calls += value_count(running);
        for (size_t at = value_count(running); at > 0; at--)
            put_call(table, json_object_array_get_idx(running, at - 1));
    }
    if (calls > 0)
        putchar('\n');
    table_flush(table);
}
