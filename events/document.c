/*
 * An event as a document. virteventd. Names come from guests' definitions: JSON escapes what could
 * break a line, and what is no UTF-8 is escaped as in the audit log.
 *
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */
#include "document.h"

#include "object.h"

#include <errno.h>
#include <stdio.h>
#include <string.h>
#include <time.h>

/* "2026-11-23T09:41:18.123Z" and a NUL. */
#define TIME_SIZE 32

#define JSON_FLAGS (JSON_C_TO_STRING_PLAIN | JSON_C_TO_STRING_NOSLASHESCAPE)

static void write_time(char *text)
{
    struct timespec now;
    struct tm utc;
    size_t size;

    clock_gettime(CLOCK_REALTIME, &now);
    gmtime_r(&now.tv_sec, &utc);
    size = strftime(text, TIME_SIZE, "%Y-%m-%dT%H:%M:%S", &utc);
    (void)snprintf(text + size, TIME_SIZE - size, ".%03ldZ", now.tv_nsec / 1000000);
}

static struct json_object *object_of(const struct event *event)
{
    auto_json struct json_object *object = json_object_new_object();
    char time[TIME_SIZE];

    write_time(time);
    if (object && object_add_number(object, "sequence", event->sequence) &&
        object_add_text(object, "time", time) && object_add_text(object, "uri", event->uri) &&
        object_add_text(object, "kind", event->kind) &&
        object_add_text(object, "object", event->object) &&
        object_add_text(object, "uuid", event->uuid) &&
        object_add_text(object, "event", event->event) &&
        object_add_text(object, "detail", event->detail) &&
        object_add_text(object, "extra", event->extra) &&
        object_add_boolean(object, "reconciled", event->reconciled) &&
        object_add(object, "payload", json_object_get(event->payload)))
        return json_object_get(object);
    return NULL;
}

int document_make(const struct event *event, char **ret_document)
{
    auto_json struct json_object *object = object_of(event);
    const char *line = object ? json_object_to_json_string_ext(object, JSON_FLAGS) : NULL;
    char *document = line ? strdup(line) : NULL;

    if (!document)
        return -ENOMEM;
    *ret_document = document;
    return 0;
}
