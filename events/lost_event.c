/*
 * What was lost, told as an event. virteventd.
 *
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */
#include "lost_event.h"

#include "object.h"

static struct json_object *payload_of(const struct queue_loss *loss, const char *how)
{
    auto_json struct json_object *payload = json_object_new_object();

    if (payload && object_add_text(payload, "event", "lost") &&
        object_add_text(payload, "reason", how) && object_add_text(payload, "kind", loss->kind) &&
        object_add_text(payload, "object", loss->object) &&
        object_add_text(payload, "uuid", loss->uuid) &&
        object_add_number(payload, "count", loss->count))
        return json_object_get(payload);
    return NULL;
}

void lost_event_tell(const struct queue_loss *loss, const struct event_sink *sink)
{
    const char *how = loss->coalesced ? "coalesced" : "dropped";
    auto_json struct json_object *payload = payload_of(loss, how);
    const struct event event = {.uri = loss->uri,
                                .kind = "daemon",
                                .object = "-",
                                .uuid = "",
                                .event = "lost",
                                .detail = how,
                                .extra = "-",
                                .payload = payload};

    sink->take(&event, sink->user);
}
