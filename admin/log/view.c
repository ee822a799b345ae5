/*
 * Records as people see them, a row of a table each, or as they are in the log. Admin's process;
 * what they say is not trusted.
 *
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */
#include "view.h"

#include "cleanup.h"
#include "local_time.h"
#include "table.h"
#include "text.h"

#include <errno.h>
#include <string.h>

static const struct table_column columns[] = {
    {"TIME", .most = 23},   {"CALL", .most = 40},       {"DRIVER", .most = 12},
    {"OBJECT", .most = 40}, {"OPERATION", .most = 30},  {"VERDICT", .most = 10},
    {"REASON", .most = 24}, {"MESSAGE", .whole = true},
};

#define COLUMNS (sizeof(columns) / sizeof(columns[0]))

struct view {
    struct terminal terminal;
    struct table *table; /* NULL: as JSON */
    bool shown;          /* a record was */
};

struct view *view_new(bool json)
{
    struct view *view = calloc(1, sizeof(*view));

    if (!view)
        return NULL;
    view->terminal = terminal_of(stdout);
    if (!json)
        view->table = table_new(&view->terminal, columns, COLUMNS);
    if (json || view->table)
        return view;
    free(view);
    return NULL;
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
    return puts(safe) < 0 ? -errno : 0;
}

int view_put(struct view *view, const struct record *record)
{
    view->shown = true;
    if (!view->table)
        return print_line(record->line, record->size);
    put_row(view->table, record->json);
    return ferror(stdout) ? table_end(view->table) : 0;
}

int view_flush(struct view *view)
{
    if (view->table)
        return table_end(view->table);
    if (fflush(stdout) != 0)
        return -errno;
    return ferror(stdout) ? -EIO : 0;
}

bool view_is_empty(const struct view *view)
{
    return view->table && !view->shown;
}

void view_free(struct view **slot)
{
    if (!*slot)
        return;
    table_free(&(*slot)->table);
    free(*slot);
    *slot = NULL;
}
