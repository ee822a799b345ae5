/*
 * All records of one call. Admin's process; what they say is not trusted.
 *
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */
#include "call.h"

#include "cleanup.h"

#include <stdbool.h>
#include <string.h>

static void clear_records(struct call *call)
{
    for (size_t i = 0; i < call->count; i++) {
        json_object_put(call->list[i].json);
        free(call->list[i].line);
        free(call->list[i].path);
    }
    call->count = 0;
}

void call_clear(struct call *call)
{
    clear_records(call);
    free(call->id);
    free(call->other);
    *call = (struct call){0};
}

static bool is_type(const struct record *record, const char *type)
{
    return strcmp(records_text(record->json, "type"), type) == 0;
}

static bool is_repeated(const struct record *record)
{
    return json_object_object_get_ex(record->json, "repeated", NULL);
}

static int add(struct call *call, const struct record *record)
{
    struct call_record *added = &call->list[call->count];

    if (call->count == CALL_RECORDS_MAX || is_repeated(record))
        return 0;
    *added = (struct call_record){
        .json = json_object_get(record->json),
        .line = strndup(record->line, record->size),
        .path = strdup(record->path),
        .number = record->number,
    };
    call->count++;
    return added->line && added->path ? 0 : -ENOMEM;
}

/* Begins to gather another call than before. */
static int turn_to(struct call *call, const char *id)
{
    char *copy = strdup(id);

    if (!copy)
        return -ENOMEM;
    clear_records(call);
    free(call->id);
    call->id = copy;
    return 0;
}

static bool has_id(const struct call *call, const char *id)
{
    return call->id && strcmp(call->id, id) == 0;
}

/* Of two that begin as was asked for the one with this very id counts; else both are told. */
static int choose(struct call *call, const char *wanted, const char *id)
{
    if (has_id(call, wanted))
        return 0;
    if (!call->id || strcmp(id, wanted) == 0)
        return turn_to(call, id);
    if (!call->other)
        call->other = strdup(id);
    return call->other ? 0 : -ENOMEM;
}

/* The call that came last; of calls whose begins were rotated away, the one that ended last. */
static bool comes_later(const struct call *call, const struct record *record)
{
    if (is_type(record, "begin"))
        return !is_repeated(record);
    return is_type(record, "end") && !call_record(call, "begin");
}

static int take(struct call *call, const char *wanted, const struct record *record)
{
    const char *id = records_text(record->json, "call");
    bool fits = strncmp(id, wanted, strlen(wanted)) == 0;
    int r = 0;

    if (id[0] == '\0')
        return 0;
    if (!has_id(call, id)) {
        if (strcmp(wanted, CALL_LAST) == 0 && comes_later(call, record))
            r = turn_to(call, id);
        else if (fits)
            r = choose(call, wanted, id);
    }
    return r == 0 && has_id(call, id) ? add(call, record) : r;
}

int call_find(struct records *records, const char *wanted, struct call *ret_call)
{
    struct record record;
    int r;

    *ret_call = (struct call){0};
    while ((r = records_next(records, &record)) > 0) {
        r = take(ret_call, wanted, &record);
        if (r < 0)
            return r;
    }
    return r;
}

const struct call_record *call_record(const struct call *call, const char *type)
{
    for (size_t i = 0; i < call->count; i++) {
        if (strcmp(records_text(call->list[i].json, "type"), type) == 0)
            return &call->list[i];
    }
    return NULL;
}
