/*
 * Which records are asked for. Admin's process; what they say is not trusted.
 *
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */
#include "filter.h"

#include "records.h"

#include <string.h>

static bool is_text(const char *wanted, const char *text)
{
    return !wanted || strcmp(wanted, text) == 0;
}

/* By the whole path, or by its last part where what is wanted has no slash. */
static bool is_script(const char *wanted, const char *path)
{
    const char *slash = strchr(wanted, '/') ? NULL : strrchr(path, '/');

    return strcmp(slash ? slash + 1 : path, wanted) == 0;
}

static bool has_script(struct json_object *json, const char *wanted)
{
    struct json_object *scripts;

    if (!wanted)
        return true;
    if (!json_object_object_get_ex(json, "scripts", &scripts) ||
        !json_object_is_type(scripts, json_type_array))
        return false;
    for (size_t i = 0; i < json_object_array_length(scripts); i++) {
        if (is_script(wanted, records_text(json_object_array_get_idx(scripts, i), "path")))
            return true;
    }
    return false;
}

bool filter_is_within(const struct filter *filter, struct json_object *json)
{
    const char *time = records_text(json, "time");

    return (!filter->since[0] || strcmp(time, filter->since) >= 0) &&
           (!filter->until[0] || strcmp(time, filter->until) <= 0);
}

bool filter_matches(const struct filter *filter, struct json_object *json)
{
    return is_text("end", records_text(json, "type")) &&
           is_text(filter->guest, records_text(json, "object")) &&
           is_text(filter->driver, records_text(json, "driver")) &&
           is_text(filter->operation, records_text(json, "operation")) &&
           is_text(filter->verdict, records_text(json, "verdict")) &&
           is_text(filter->reason, records_text(json, "reason")) &&
           filter_is_within(filter, json) && has_script(json, filter->script);
}
