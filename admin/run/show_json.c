/*
 * A reply as one JSON object. Admin's process. What hooks put out may be no UTF-8, and JSON is:
 * such output is escaped as in the audit log.
 *
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */
#include "cleanup.h"
#include "fd.h"
#include "show.h"
#include "text.h"

#include <json-c/json.h>
#include <limits.h>
#include <string.h>

static void free_object(struct json_object **slot)
{
    json_object_put(*slot);
}

#define auto_object __attribute__((cleanup(free_object)))

/* Adds a value, which the object owns in any case; false where memory is short. */
static bool add(struct json_object *object, const char *key, struct json_object *value)
{
    if (!value)
        return false;
    if (json_object_object_add(object, key, value) == 0)
        return true;
    json_object_put(value);
    return false;
}

static bool add_text(struct json_object *object, const char *key, const char *text)
{
    return add(object, key, json_object_new_string(text));
}

static bool add_number(struct json_object *object, const char *key, uint64_t number)
{
    return add(object, key, json_object_new_uint64(number));
}

/* As in the audit log: null where `applies` is false. */
static bool add_number_if(struct json_object *object, const char *key, bool applies, int number)
{
    if (!applies)
        return json_object_object_add(object, key, NULL) == 0;
    return add(object, key, json_object_new_int(number));
}

/* The same: null where there is no text. */
static bool add_text_if(struct json_object *object, const char *key, const char *text)
{
    return text ? add_text(object, key, text) : json_object_object_add(object, key, NULL) == 0;
}

static bool add_output(struct json_object *object, const struct virthook_reply *reply)
{
    size_t size = 0;
    auto_free char *output = show_output(reply, &size);
    auto_free char *safe = NULL;

    if (!output || size > INT_MAX)
        return false;
    if (text_is_utf8(output, size))
        return add(object, "output", json_object_new_string_len(output, (int)size));
    safe = text_escape(output, size, true);
    return safe && add_text(object, "output", safe);
}

/* The parts of a text, between separators, as a list. */
static bool add_list(struct json_object *object, const char *key, const char *text, char separator)
{
    auto_object struct json_object *list = json_object_new_array();
    const char separators[] = {separator, '\0'};

    for (const char *part = text; list && *part;) {
        size_t size = strcspn(part, separators);
        struct json_object *value = json_object_new_string_len(part, (int)size);

        if (!value || json_object_array_add(list, value) < 0) {
            json_object_put(value);
            return false;
        }
        part += size + (part[size] == separator);
    }
    return add(object, key, take_pointer(&list));
}

static struct json_object *script_object(const struct virthook_script *script)
{
    auto_object struct json_object *object = json_object_new_object();
    bool ok;

    if (!object)
        return NULL;
    ok = add_text(object, "path", script->path) &&
         add_number_if(object, "exit_status", script->exit_status >= 0, script->exit_status) &&
         add_number_if(object, "signal", script->signal > 0, script->signal) &&
         add(object, "timed_out", json_object_new_boolean(script->timed_out)) &&
         add_text_if(object, "problem", script->problem) &&
         add_text_if(object, "profile", script->profile) &&
         add_list(object, "denied", script->denied, '\n') &&
         add_list(object, "observed", script->observed, '\n') &&
         add_list(object, "enforced", script->enforced, ' ') &&
         add_number(object, "duration_ms", script->duration_ms) &&
         add_text(object, "stderr", script->stderr_tail) &&
         add_number(object, "stdout_bytes", script->stdout_bytes) &&
         add_number(object, "stderr_bytes", script->stderr_bytes);
    return ok ? take_pointer(&object) : NULL;
}

static bool add_scripts(struct json_object *object, const struct virthook_reply *reply)
{
    auto_object struct json_object *list = json_object_new_array();

    for (size_t i = 0; list && i < reply->script_count; i++) {
        struct json_object *script = script_object(&reply->scripts[i]);

        if (!script)
            return false;
        if (json_object_array_add(list, script) < 0) {
            json_object_put(script);
            return false;
        }
    }
    return add(object, "scripts", take_pointer(&list));
}

int show_json(const struct virthook_reply *reply)
{
    auto_object struct json_object *object = json_object_new_object();
    const char *text;
    bool ok;

    ok = object && add_text(object, "verdict", reply->allow ? "allow" : "deny") &&
         add_text(object, "reason", reply->reason) && add_text(object, "message", reply->message) &&
         add_number(object, "duration_ms", reply->duration_ms) && add_output(object, reply) &&
         add_scripts(object, reply);
    if (!ok)
        return -ENOMEM;
    text = json_object_to_json_string_ext(object,
                                          JSON_C_TO_STRING_PRETTY | JSON_C_TO_STRING_NOSLASHESCAPE);
    if (!text)
        return -ENOMEM;
    if (fd_write_all(STDOUT_FILENO, text, strlen(text)) < 0 ||
        fd_write_all(STDOUT_FILENO, "\n", 1) < 0)
        return -errno;
    return 0;
}
