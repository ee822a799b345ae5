/*
 * A reply as one JSON object. Admin's process. What hooks put out may be no UTF-8, and JSON is:
 * such output is escaped as in the audit log.
 *
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */
#include "cleanup.h"
#include "fd.h"
#include "object.h"
#include "show.h"
#include "text.h"

#include <limits.h>
#include <string.h>

/* As in the audit log: null where `applies` is false. */
static bool add_number_if(struct json_object *object, const char *key, bool applies, int number)
{
    if (!applies)
        return object_add_null(object, key);
    return object_add(object, key, json_object_new_int(number));
}

static bool add_output(struct json_object *object, const struct virthook_reply *reply)
{
    size_t size = 0;
    auto_free char *output = show_output(reply, &size);
    auto_free char *safe = NULL;

    if (!output || size > INT_MAX)
        return false;
    if (text_is_utf8(output, size))
        return object_add(object, "output", json_object_new_string_len(output, (int)size));
    safe = text_escape(output, size, true);
    return safe && object_add_text(object, "output", safe);
}

/* The parts of a text, between separators, as a list. */
static bool add_list(struct json_object *object, const char *key, const char *text, char separator)
{
    auto_json struct json_object *list = json_object_new_array();
    const char separators[] = {separator, '\0'};

    for (const char *part = text; list && *part;) {
        size_t size = strcspn(part, separators);

        if (!object_append(list, json_object_new_string_len(part, (int)size)))
            return false;
        part += size + (part[size] == separator);
    }
    return object_add(object, key, take_pointer(&list));
}

static struct json_object *script_object(const struct virthook_script *script, bool event)
{
    auto_json struct json_object *object = json_object_new_object();
    bool ok;

    if (!object)
        return NULL;
    ok = object_add_text(object, "path", script->path) &&
         add_number_if(object, "exit_status", script->exit_status >= 0, script->exit_status) &&
         add_number_if(object, "signal", script->signal > 0, script->signal) &&
         object_add_boolean(object, "timed_out", script->timed_out) &&
         object_add_text(object, "problem", script->problem) &&
         object_add_text(object, "profile", script->profile) &&
         add_list(object, "denied", script->denied, '\n') &&
         add_list(object, "observed", script->observed, '\n') &&
         add_list(object, "enforced", script->enforced, ' ') &&
         object_add_number(object, "duration_ms", script->duration_ms) &&
         object_add_text(object, "stderr", script->stderr_tail) &&
         object_add_number(object, "stdout_bytes", script->stdout_bytes) &&
         object_add_number(object, "stderr_bytes", script->stderr_bytes) &&
         (!event || object_add_number(object, "retries", script->retries));
    return ok ? take_pointer(&object) : NULL;
}

static bool add_scripts(struct json_object *object, const struct virthook_reply *reply, bool event)
{
    auto_json struct json_object *list = json_object_new_array();

    for (size_t i = 0; list && i < reply->script_count; i++) {
        if (!object_append(list, script_object(&reply->scripts[i], event)))
            return false;
    }
    return object_add(object, "scripts", take_pointer(&list));
}

int show_json(const struct virthook_reply *reply, bool event)
{
    auto_json struct json_object *object = json_object_new_object();
    const char *text;
    bool ok;

    ok = object && object_add_text(object, "verdict", reply->allow ? "allow" : "deny") &&
         object_add_text(object, "reason", reply->reason) &&
         object_add_text(object, "message", reply->message) &&
         object_add_number(object, "duration_ms", reply->duration_ms) &&
         add_output(object, reply) && add_scripts(object, reply, event);
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
