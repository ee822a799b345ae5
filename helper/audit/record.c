/*
 * The lines of the audit log. Helper. Everything in a call is untrusted: names come from clients,
 * output from scripts. json-c escapes quotes and C0 controls; text_escape() does away with the rest
 * that could steer a terminal or look like a line of its own. The content of stdin and of the new
 * XML never comes here but as the stdout of a filter script, which is left out.
 *
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */
#include "record.h"

#include "cleanup.h"
#include "clock.h"
#include "config.h"
#include "reason.h"
#include "text.h"

#include <errno.h>
#include <json-c/json.h>
#include <stdio.h>
#include <string.h>
#include <time.h>

/* Passed-over files that are listed in one record; the others are only counted. */
#define PASSED_OVER_LISTED 64

/* An object in the making. One failure, of memory, fails the whole. */
struct writer {
    struct json_object *object;
    bool failed;
};

static struct writer start_object(void)
{
    struct json_object *object = json_object_new_object();

    return (struct writer){.object = object, .failed = !object};
}

/* Gives the object, for the caller to own, or NULL where something failed. */
static struct json_object *finish_object(struct writer *writer)
{
    if (writer->failed) {
        json_object_put(writer->object);
        return NULL;
    }
    return writer->object;
}

static void put_null(struct writer *writer, const char *key)
{
    if (!writer->failed && json_object_object_add(writer->object, key, NULL) < 0)
        writer->failed = true;
}

/* Takes over the value; NULL is one that could not be made. */
static void put_value(struct writer *writer, const char *key, struct json_object *value)
{
    if (!writer->failed && value && json_object_object_add(writer->object, key, value) == 0)
        return;
    json_object_put(value);
    writer->failed = true;
}

static void put_flag(struct writer *writer, const char *key, bool flag)
{
    put_value(writer, key, json_object_new_boolean(flag));
}

static void put_count(struct writer *writer, const char *key, uint64_t count)
{
    put_value(writer, key, json_object_new_int64(count > INT64_MAX ? INT64_MAX : (int64_t)count));
}

/* Text of this program's own, known to be plain. */
static void put_word(struct writer *writer, const char *key, const char *word)
{
    put_value(writer, key, json_object_new_string(word));
}

static void put_escaped(struct writer *writer, const char *key, const char *text, bool keep_lines)
{
    auto_free char *safe = NULL;

    if (!text) {
        put_null(writer, key);
        return;
    }
    safe = text_escape(text, strlen(text), keep_lines);
    put_value(writer, key, safe ? json_object_new_string(safe) : NULL);
}

/* Text from outside that is one line. */
static void put_text(struct writer *writer, const char *key, const char *text)
{
    put_escaped(writer, key, text, false);
}

/* The end of a stream, at most `kept` bytes, beginning with a whole character. */
static void put_tail(struct writer *writer, const char *key, const char *text, size_t kept)
{
    auto_free char *safe = NULL;
    const char *tail;
    size_t size;

    if (!text) {
        put_null(writer, key);
        return;
    }
    safe = text_escape(text, strlen(text), true);
    if (!safe) {
        writer->failed = true;
        return;
    }
    size = strlen(safe);
    tail = size > kept ? safe + size - kept : safe;
    while (((unsigned char)*tail & 0xc0) == 0x80)
        tail++;
    put_value(writer, key, json_object_new_string(tail));
}

void record_time(char text[RECORD_TIME_SIZE])
{
    struct timespec now;
    struct tm utc;
    size_t length;

    clock_gettime(CLOCK_REALTIME, &now);
    gmtime_r(&now.tv_sec, &utc);
    length = strftime(text, RECORD_TIME_SIZE, "%Y-%m-%dT%H:%M:%S", &utc);
    snprintf(text + length, RECORD_TIME_SIZE - length, ".%06ldZ", now.tv_nsec / 1000);
}

/* The keys that every line begins with; `id` is NULL where it is not about one call. */
static struct writer start_line(const struct record_source *source, const char *type,
                                const char *id, const char *instance)
{
    struct writer line = start_object();
    char now[RECORD_TIME_SIZE];

    record_time(now);
    put_count(&line, "schema", 1);
    put_word(&line, "type", type);
    if (id)
        put_word(&line, "call", id);
    put_word(&line, "time", now);
    put_count(&line, "monotonic_ms", clock_now_ms());
    if (source->boot[0] != '\0')
        put_word(&line, "boot", source->boot);
    else
        put_null(&line, "boot");
    put_word(&line, "instance", instance);
    return line;
}

static int finish_line(struct writer *writer, struct record_line *ret_line)
{
    struct json_object *object = finish_object(writer);
    const char *json;
    char *text = NULL;
    size_t size = 0;

    json = object ? json_object_to_json_string_length(
                        object, JSON_C_TO_STRING_PLAIN | JSON_C_TO_STRING_NOSLASHESCAPE, &size)
                  : NULL;
    if (json)
        text = malloc(size + 1);
    if (text) {
        *(char *)mempcpy(text, json, size) = '\n';
        *ret_line = (struct record_line){.text = text, .size = size + 1};
    }
    json_object_put(object);
    return text ? 0 : -ENOMEM;
}

int record_open(const struct record_source *source, uint64_t closed_calls, uint64_t cut_bytes,
                struct record_line *ret_line)
{
    struct writer line = start_line(source, "open", NULL, source->instance);

    put_count(&line, "pid", (uint64_t)getpid());
    put_word(&line, "version", VIRTHOOK_VERSION);
    put_count(&line, "closed_calls", closed_calls);
    put_count(&line, "cut_bytes", cut_bytes);
    return finish_line(&line, ret_line);
}

int record_close(const struct record_source *source, struct record_line *ret_line)
{
    struct writer line = start_line(source, "close", NULL, source->instance);

    put_count(&line, "pid", (uint64_t)getpid());
    return finish_line(&line, ret_line);
}

int record_lost(const struct record_source *source, uint64_t count, const char *since,
                struct record_line *ret_line)
{
    struct writer line = start_line(source, "lost", NULL, source->instance);

    put_count(&line, "count", count);
    put_word(&line, "since", since);
    return finish_line(&line, ret_line);
}

static struct json_object *describe_peer(const struct audit_call *call)
{
    struct writer peer = start_object();

    put_count(&peer, "pid", (uint64_t)call->peer_pid);
    put_count(&peer, "uid", call->peer_uid);
    put_text(&peer, "name", call->peer_name);
    return finish_object(&peer);
}

/* What identifies a call: in its begin and again in its end, so that one line answers alone. */
static const char *const identifying_keys[] = {
    "peer",      "class",         "driver", "object",      "uuid",
    "operation", "sub_operation", "extra",  "stdin_bytes",
};

static void put_identity(struct writer *line, const struct audit_call *call)
{
    const struct message_call *request = call->request;

    put_value(line, "peer", describe_peer(call));
    put_word(line, "class", request->class == CLASS_EVENT ? "event" : "hook");
    put_text(line, "driver", request->driver);
    put_text(line, "object", request->object);
    put_text(line, "uuid", request->uuid);
    put_text(line, "operation", request->operation);
    put_text(line, "sub_operation", request->sub_operation);
    put_text(line, "extra", request->extra);
    put_count(line, "stdin_bytes", call->stdin_bytes);
}

static struct writer start_call_line(const struct record_source *source, const char *type,
                                     const struct audit_call *call)
{
    char id[CALL_ID_SIZE];
    struct writer line;

    snprintf(id, sizeof(id), "%s-%llu", source->instance, (unsigned long long)call->number);
    line = start_line(source, type, id, source->instance);
    put_identity(&line, call);
    return line;
}

int record_begin(const struct record_source *source, const struct audit_call *call,
                 struct record_line *ret_line)
{
    struct writer line = start_call_line(source, "begin", call);

    return finish_line(&line, ret_line);
}

static struct json_object *describe_script(const struct message_script *script, bool is_filter,
                                           size_t kept)
{
    struct writer entry = start_object();

    put_text(&entry, "path", script->path);
    if (script->exit_status >= 0)
        put_count(&entry, "exit_status", (uint64_t)script->exit_status);
    else
        put_null(&entry, "exit_status");
    if (script->signal > 0)
        put_count(&entry, "signal", (uint64_t)script->signal);
    else
        put_null(&entry, "signal");
    put_flag(&entry, "timed_out", script->timed_out);
    put_text(&entry, "problem", script->problem);
    put_count(&entry, "duration_ms", script->duration_ms);
    put_count(&entry, "stdout_bytes", script->stdout_bytes);
    put_count(&entry, "stderr_bytes", script->stderr_bytes);
    put_tail(&entry, "stderr", script->stderr_tail, kept);
    /* A filter's stdout is the new XML, which can hold passwords. */
    put_tail(&entry, "stdout", is_filter ? NULL : script->stdout_tail, kept);
    return finish_object(&entry);
}

static struct json_object *describe_passed_over(const struct passed_over *file)
{
    struct writer entry = start_object();

    put_text(&entry, "path", file->path);
    put_text(&entry, "why", file->why);
    return finish_object(&entry);
}

/* Takes over the value; false where it could not be made or added. */
static bool append_value(struct json_object *list, struct json_object *value)
{
    if (value && json_object_array_add(list, value) == 0)
        return true;
    json_object_put(value);
    return false;
}

static void put_scripts(struct writer *line, const struct message_verdict *verdict, bool is_filter,
                        size_t kept)
{
    struct json_object *list = json_object_new_array();

    for (size_t i = 0; list && i < verdict->script_count; i++)
        if (!append_value(list, describe_script(&verdict->scripts[i], is_filter, kept)))
            line->failed = true;
    put_value(line, "scripts", list);
}

static void put_passed_over(struct writer *line, const struct script_list *found)
{
    struct json_object *list = json_object_new_array();
    size_t count = found ? found->passed_count : 0;

    for (size_t i = 0; list && i < count && i < PASSED_OVER_LISTED; i++)
        if (!append_value(list, describe_passed_over(&found->passed[i])))
            line->failed = true;
    put_value(line, "passed_over", list);
    put_count(line, "passed_over_count", count);
}

/* Until profiles exist, scripts run under the helper's own uid. */
static struct json_object *describe_own_uid(void)
{
    struct writer own = start_object();

    put_count(&own, "uid", geteuid());
    put_count(&own, "gid", getegid());
    return finish_object(&own);
}

int record_end(const struct record_source *source, const struct audit_call *call,
               const struct audit_result *result, struct record_line *ret_line)
{
    struct writer line = start_call_line(source, "end", call);
    bool is_filter = name_is_filter(call->request->driver, call->request->operation);

    put_word(&line, "verdict", result->verdict->allow ? "allow" : "deny");
    put_text(&line, "reason", result->verdict->reason);
    put_text(&line, "message", result->verdict->message);
    put_count(&line, "duration_ms", result->verdict->duration_ms);
    put_count(&line, "queued_ms", result->queued_ms);
    put_count(&line, "output_bytes", result->output_bytes);
    put_value(&line, "run_as", describe_own_uid());
    put_scripts(&line, result->verdict, is_filter, source->kept);
    put_passed_over(&line, result->found);
    return finish_line(&line, ret_line);
}

/* Repeats what identifies the call, as far as its begin record tells. */
static void copy_identity(struct writer *line, const char *begin, size_t begin_size)
{
    struct json_tokener *tokener = json_tokener_new();
    struct json_object *former = NULL;

    if (!tokener) {
        line->failed = true;
        return;
    }
    if (begin_size <= INT32_MAX)
        former = json_tokener_parse_ex(tokener, begin, (int)begin_size);
    for (size_t i = 0; i < sizeof(identifying_keys) / sizeof(identifying_keys[0]); i++) {
        struct json_object *value = NULL;

        if (json_object_object_get_ex(former, identifying_keys[i], &value) && value)
            put_value(line, identifying_keys[i], json_object_get(value));
        else
            put_null(line, identifying_keys[i]);
    }
    json_object_put(former);
    json_tokener_free(tokener);
}

int record_abandoned(const struct record_source *source, const struct call_id *id,
                     const char *begin, size_t begin_size, struct record_line *ret_line)
{
    char text[CALL_ID_SIZE], instance[16 + 1];
    struct writer line;

    call_id_print(id, text);
    snprintf(instance, sizeof(instance), "%.16s", text);
    line = start_line(source, "end", text, instance);
    copy_identity(&line, begin, begin_size);
    put_null(&line, "verdict");
    put_word(&line, "reason", REASON_HELPER_LOST);
    put_word(&line, "message",
             "the helper ended before it recorded how this call ended; its scripts were ended with "
             "it, and whether a verdict was given is not known");
    put_null(&line, "duration_ms");
    put_null(&line, "queued_ms");
    put_null(&line, "output_bytes");
    put_null(&line, "run_as");
    put_value(&line, "scripts", json_object_new_array());
    put_value(&line, "passed_over", json_object_new_array());
    put_count(&line, "passed_over_count", 0);
    put_word(&line, "closed_by", source->instance);
    return finish_line(&line, ret_line);
}
