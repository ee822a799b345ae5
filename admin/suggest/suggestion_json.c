/*
 * A suggestion as JSON. Admin's process.
 *
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */
#include "suggestion_json.h"

#include <errno.h>
#include <json-c/json.h>
#include <stdio.h>

/* Each adds, and gives the value's owner away; false where memory is short. */
static bool put(struct json_object *object, const char *key, struct json_object *value)
{
    return value && json_object_object_add(object, key, value) == 0;
}

static bool put_text(struct json_object *object, const char *key, const char *text)
{
    return put(object, key, json_object_new_string(text));
}

static bool append(struct json_object *list, struct json_object *value)
{
    return value && json_object_array_add(list, value) == 0;
}

static bool put_operations(struct json_object *object, const struct evidence *evidence,
                           uint64_t operations)
{
    struct json_object *list = json_object_new_array();
    bool ok = put(object, "operations", list);

    for (size_t i = 0; ok && i < evidence->operation_count; i++) {
        if (operations & 1ULL << i)
            ok = append(list, json_object_new_string(evidence->operations[i]));
    }
    return ok;
}

static bool append_reason(struct json_object *list, const struct evidence *evidence,
                          const struct sighting *reason)
{
    struct json_object *object = json_object_new_object();

    return append(list, object) && put_text(object, "what", reason->text) &&
           put(object, "refused", json_object_new_boolean(reason->refused)) &&
           put_text(object, "call", reason->call) &&
           put_operations(object, evidence, reason->operations);
}

static bool append_grant(struct json_object *list, const struct evidence *evidence,
                         const struct grant *grant)
{
    struct json_object *object = json_object_new_object(), *reasons = json_object_new_array();
    bool ok = append(list, object) && put(object, "reasons", reasons);

    if (ok && grant->key < GRANT_KEYS)
        ok = put_text(object, "key", grant_key_name(grant->key)) &&
             put_text(object, "value", grant->value);
    if (ok && grant->near_root)
        ok = put_text(object, "near_root", grant->near_root);
    if (ok && grant->why)
        ok = put_text(object, "why", grant->why);
    for (size_t i = 0; ok && i < grant->reason_count; i++)
        ok = append_reason(reasons, evidence, grant->reasons[i]);
    return ok;
}

static bool put_grants(struct json_object *object, const struct suggestion *suggestion)
{
    struct json_object *grants = json_object_new_array(), *never = json_object_new_array(),
                       *unknown = json_object_new_array();
    bool ok = put(object, "grants", grants) && put(object, "never", never) &&
              put(object, "unknown", unknown);

    for (size_t i = 0; ok && i < suggestion->grants.count; i++) {
        const struct grant *grant = &suggestion->grants.list[i];

        ok = append_grant(grant->key < GRANT_KEYS     ? grants
                          : grant->key == GRANT_NEVER ? never
                                                      : unknown,
                          suggestion->evidence, grant);
    }
    return ok;
}

static bool put_remarks(struct json_object *object, const struct suggestion *suggestion)
{
    struct json_object *list = json_object_new_array();
    bool ok = put(object, "not_observed", list);

    for (size_t i = 0; ok && i < suggestion->remark_count; i++)
        ok = append(list, json_object_new_string(suggestion->remarks[i]));
    return ok;
}

static bool fill(struct json_object *object, const struct suggestion *suggestion, const char *block)
{
    const struct evidence *evidence = suggestion->evidence;

    return put_text(object, "script", evidence->path) &&
           put_text(object, "profile", suggestion->name) &&
           put_text(object, "inherits", suggestion->base) &&
           put(object, "runs", json_object_new_int64((int64_t)evidence->runs)) &&
           put_operations(object, evidence, evidence->observed_at) &&
           put_grants(object, suggestion) && put_remarks(object, suggestion) &&
           put_text(object, "config", block);
}

int suggestion_print_json(const struct suggestion *suggestion, const char *block)
{
    struct json_object *object = json_object_new_object();
    const char *text = NULL;
    int r = 0;

    if (object && fill(object, suggestion, block))
        text = json_object_to_json_string_ext(object, JSON_C_TO_STRING_PRETTY |
                                                          JSON_C_TO_STRING_NOSLASHESCAPE);
    if (!text)
        r = -ENOMEM;
    else if (puts(text) < 0)
        r = -EIO;
    json_object_put(object);
    return r;
}
