/*
 * The calls of the last start or stop of a guest. Admin's process; what the records say is not
 * trusted.
 *
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */
#include "timeline.h"

#include "cleanup.h"

#include <string.h>

/* What libvirt asks when an object starts, in whatever way, and when it stops. */
static const char *const starts[] = {"migrate", "restore", "prepare", "start", "started"};
static const char *const stops[] = {"stopped", "release", "shutdown"};

#define COUNT(array) (sizeof(array) / sizeof((array)[0]))

static bool is_among(const char *const *list, size_t count, const char *text)
{
    for (size_t i = 0; i < count; i++) {
        if (strcmp(list[i], text) == 0)
            return true;
    }
    return false;
}

static void clear_calls(struct timeline *timeline)
{
    for (size_t i = 0; i < timeline->count; i++) {
        struct timeline_call *call = &timeline->calls[i];

        json_object_put(call->begin);
        json_object_put(call->end);
        free(call->begin_line);
        free(call->end_line);
    }
    *timeline = (struct timeline){0};
}

void timeline_clear(struct timeline *timeline)
{
    clear_calls(timeline);
}

static bool is_same(struct json_object *a, struct json_object *b, const char *key)
{
    return strcmp(records_text(a, key), records_text(b, key)) == 0;
}

static bool has_operation(const struct timeline *timeline, struct json_object *json)
{
    for (size_t i = 0; i < timeline->count; i++) {
        if (is_same(timeline->calls[i].begin, json, "operation") &&
            is_same(timeline->calls[i].begin, json, "sub_operation"))
            return true;
    }
    return false;
}

/* Whether this call is of another start or stop than those before it. */
static bool begins_anew(const struct timeline *timeline, struct json_object *json, bool stop)
{
    if (timeline->count == 0 || timeline->count == TIMELINE_CALLS_MAX ||
        has_operation(timeline, json) || !is_same(timeline->calls[0].begin, json, "boot") ||
        !is_same(timeline->calls[0].begin, json, "driver"))
        return true;
    if (stop == timeline->stop)
        return timeline->undone;
    return !(stop && timeline->failed);
}

static int take_begin(struct timeline *timeline, const struct record *record)
{
    const char *operation = records_text(record->json, "operation");
    bool stop = is_among(stops, COUNT(stops), operation);
    struct timeline_call *call;

    if ((!stop && !is_among(starts, COUNT(starts), operation)) ||
        json_object_object_get_ex(record->json, "repeated", NULL))
        return 0;
    if (begins_anew(timeline, record->json, stop)) {
        clear_calls(timeline);
        timeline->stop = stop;
    }
    timeline->undone = timeline->undone || stop != timeline->stop;
    call = &timeline->calls[timeline->count++];
    call->begin = json_object_get(record->json);
    call->begin_line = strndup(record->line, record->size);
    return call->begin_line ? 0 : -ENOMEM;
}

static int take_end(struct timeline *timeline, const struct record *record)
{
    for (size_t i = 0; i < timeline->count; i++) {
        struct timeline_call *call = &timeline->calls[i];

        if (call->end || !is_same(call->begin, record->json, "call"))
            continue;
        timeline->failed = timeline->failed ||
                           strcmp(records_text(record->json, "verdict"), "deny") == 0;
        call->end = json_object_get(record->json);
        call->end_line = strndup(record->line, record->size);
        return call->end_line ? 0 : -ENOMEM;
    }
    return 0;
}

/* An event tells of the start or stop afterwards, and is no step of it. */
static bool is_asked_for(const struct filter *filter, struct json_object *json)
{
    return strcmp(records_text(json, "class"), "event") != 0 &&
           strcmp(records_text(json, "object"), filter->guest) == 0 &&
           (!filter->driver || strcmp(records_text(json, "driver"), filter->driver) == 0) &&
           filter_is_within(filter, json);
}

int timeline_find(struct records *records, const struct filter *filter,
                  struct timeline *ret_timeline)
{
    struct record record;
    int r;

    *ret_timeline = (struct timeline){0};
    while ((r = records_next(records, &record)) > 0) {
        const char *type = records_text(record.json, "type");

        if (strcmp(type, "begin") == 0 && is_asked_for(filter, record.json))
            r = take_begin(ret_timeline, &record);
        else if (strcmp(type, "end") == 0)
            r = take_end(ret_timeline, &record);
        if (r < 0)
            return r;
    }
    return r;
}
