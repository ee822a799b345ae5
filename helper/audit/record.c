/*
 * The lines of the audit log. Helper. Everything in a call is untrusted: names come from clients,
 * output from scripts. object.c makes their text harmless. The content of stdin and of the new
 * XML never comes here but as the stdout of a filter script, which is left out.
 *
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */
#include "record.h"

#include "cleanup.h"
#include "clock.h"
#include "object.h"
#include "reason.h"
#include "record_scripts.h"
#include "virthook-config.h"

#include <errno.h>
#include <json-c/json.h>
#include <stdio.h>
#include <string.h>
#include <time.h>

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
static struct object start_line(const struct record_source *source, const char *type,
                                const char *id, const char *instance)
{
    struct object line = object_start();
    char now[RECORD_TIME_SIZE];

    record_time(now);
    object_put_count(&line, "schema", 1);
    object_put_word(&line, "type", type);
    if (id)
        object_put_word(&line, "call", id);
    object_put_word(&line, "time", now);
    object_put_count(&line, "monotonic_ms", clock_now_ms());
    if (source->boot[0] != '\0')
        object_put_word(&line, "boot", source->boot);
    else
        object_put_null(&line, "boot");
    object_put_word(&line, "instance", instance);
    return line;
}

static int finish_line(struct object *line, struct record_line *ret_line)
{
    return object_print(line, &ret_line->text, &ret_line->size);
}

int record_open(const struct record_source *source, uint64_t closed_calls, uint64_t cut_bytes,
                struct record_line *ret_line)
{
    struct object line = start_line(source, "open", NULL, source->instance);

    object_put_count(&line, "pid", (uint64_t)getpid());
    object_put_word(&line, "version", VIRTHOOK_VERSION);
    object_put_count(&line, "closed_calls", closed_calls);
    object_put_count(&line, "cut_bytes", cut_bytes);
    return finish_line(&line, ret_line);
}

int record_continue(const struct record_source *source, struct record_line *ret_line)
{
    struct object line = start_line(source, "open", NULL, source->instance);

    object_put_count(&line, "pid", (uint64_t)getpid());
    object_put_word(&line, "version", VIRTHOOK_VERSION);
    object_put_count(&line, "closed_calls", 0);
    object_put_count(&line, "cut_bytes", 0);
    object_put_flag(&line, "continues", true);
    return finish_line(&line, ret_line);
}

int record_close(const struct record_source *source, struct record_line *ret_line)
{
    struct object line = start_line(source, "close", NULL, source->instance);

    object_put_count(&line, "pid", (uint64_t)getpid());
    return finish_line(&line, ret_line);
}

int record_lost(const struct record_source *source, uint64_t count, const char *since,
                struct record_line *ret_line)
{
    struct object line = start_line(source, "lost", NULL, source->instance);

    object_put_count(&line, "count", count);
    object_put_word(&line, "since", since);
    return finish_line(&line, ret_line);
}

static struct json_object *describe_peer(const struct audit_call *call)
{
    struct object peer = object_start();

    object_put_count(&peer, "pid", (uint64_t)call->peer_pid);
    object_put_count(&peer, "uid", call->peer_uid);
    object_put_text(&peer, "name", call->peer_name);
    object_put_text(&peer, "label", call->peer_label);
    return object_finish(&peer);
}

/* What identifies a call: in its begin and again in its end, so that one line answers alone. */
static const char *const identifying_keys[] = {
    "peer",          "class", "driver",  "object",      "uuid",        "operation",
    "sub_operation", "extra", "profile", "deadline_ms", "stdin_bytes", "stdin_sha256",
};

/* Those that an event's call has besides. */
static const char *const event_keys[] = {"only", "delivery", "uri"};

static void put_identity(struct object *line, const struct audit_call *call)
{
    const struct message_call *request = call->request;

    object_put_value(line, "peer", describe_peer(call));
    object_put_word(line, "class", request->class == CLASS_EVENT ? "event" : "hook");
    object_put_text(line, "driver", request->driver);
    object_put_text(line, "object", request->object);
    object_put_text(line, "uuid", request->uuid);
    object_put_text(line, "operation", request->operation);
    object_put_text(line, "sub_operation", request->sub_operation);
    object_put_text(line, "extra", request->extra);
    object_put_text(line, "profile", request->profile);
    if (request->class == CLASS_EVENT) {
        object_put_text(line, "only", request->only);
        object_put_text(line, "delivery", request->delivery);
        object_put_text(line, "uri", request->uri);
    }
    object_put_count(line, "deadline_ms", call->deadline_ms);
    object_put_count(line, "stdin_bytes", call->stdin_bytes);
    object_put_text(line, "stdin_sha256", call->stdin_sha256);
}

static struct object start_line_of(const struct record_source *source, const char *type,
                                   uint64_t number)
{
    char id[CALL_ID_SIZE];

    snprintf(id, sizeof(id), "%s-%llu", source->instance, (unsigned long long)number);
    return start_line(source, type, id, source->instance);
}

static struct object start_call_line(const struct record_source *source, const char *type,
                                     const struct audit_call *call)
{
    struct object line = start_line_of(source, type, call->number);

    put_identity(&line, call);
    return line;
}

int record_begin(const struct record_source *source, const struct audit_call *call,
                 struct record_line *ret_line)
{
    struct object line = start_call_line(source, "begin", call);

    return finish_line(&line, ret_line);
}

int record_end(const struct record_source *source, const struct audit_call *call,
               const struct audit_result *result, struct record_line *ret_line)
{
    struct object line = start_call_line(source, "end", call);
    bool is_filter = name_is_filter(call->request->driver, call->request->operation);

    object_put_word(&line, "verdict", result->verdict->allow ? "allow" : "deny");
    object_put_text(&line, "reason", result->verdict->reason);
    object_put_text(&line, "message", result->verdict->message);
    object_put_count(&line, "duration_ms", result->verdict->duration_ms);
    object_put_count(&line, "queued_ms", result->queued_ms);
    object_put_count(&line, "output_bytes", result->output_bytes);
    object_put_text(&line, "output_sha256", result->output_sha256);
    record_put_scripts(&line, result, is_filter, source->kept);
    record_put_passed_over(&line, result->found);
    return finish_line(&line, ret_line);
}

int record_linger(const struct record_source *source, const struct audit_linger *linger,
                  struct record_line *ret_line)
{
    struct object line = start_line_of(source, "linger", linger->number);
    bool is_filter = name_is_filter(linger->driver, linger->operation);

    object_put_text(&line, "driver", linger->driver);
    object_put_text(&line, "object", linger->object);
    object_put_text(&line, "operation", linger->operation);
    object_put_text(&line, "sub_operation", linger->sub_operation);
    object_put_text(&line, "path", linger->path);
    object_put_text(&line, "profile", linger->profile);
    object_put_word(&line, "ended", linger->ended);
    object_put_text(&line, "problem", linger->problem);
    object_put_list(&line, "denied", linger->denied, '\n');
    object_put_count(&line, "duration_ms", linger->duration_ms);
    object_put_known(&line, "killed", linger->has_killed, linger->killed);
    object_put_count(&line, "stdout_bytes", linger->stdout_bytes);
    object_put_count(&line, "stderr_bytes", linger->stderr_bytes);
    object_put_tail(&line, "stderr", linger->stderr_tail, source->kept);
    object_put_tail(&line, "stdout", is_filter ? NULL : linger->stdout_tail, source->kept);
    return finish_line(&line, ret_line);
}

static void copy_value(struct object *line, const char *key, struct json_object *value)
{
    if (value)
        object_put_value(line, key, json_object_get(value));
    else
        object_put_null(line, key);
}

/* What a key is not there for, in a begin record, is null. */
static void copy_keys(struct object *line, struct json_object *former)
{
    struct json_object *value;

    for (size_t i = 0; i < sizeof(identifying_keys) / sizeof(identifying_keys[0]); i++) {
        value = NULL;
        json_object_object_get_ex(former, identifying_keys[i], &value);
        copy_value(line, identifying_keys[i], value);
    }
    for (size_t i = 0; i < sizeof(event_keys) / sizeof(event_keys[0]); i++)
        if (json_object_object_get_ex(former, event_keys[i], &value))
            copy_value(line, event_keys[i], value);
}

/* Repeats what identifies the call, as far as its begin record tells. */
static void copy_identity(struct object *line, const char *begin, size_t begin_size)
{
    struct json_tokener *tokener = json_tokener_new();
    struct json_object *former = NULL;

    if (!tokener) {
        line->failed = true;
        return;
    }
    if (begin_size <= INT32_MAX)
        former = json_tokener_parse_ex(tokener, begin, (int)begin_size);
    copy_keys(line, former);
    json_object_put(former);
    json_tokener_free(tokener);
}

static const char abandoned_message[] =
    "how this call ended is not on record: the helper was ended before, or the record was lost "
    "while "
    "the disk was full; whether a verdict was given is not known";

int record_abandoned(const struct record_source *source, const struct call_id *id,
                     const char *begin, size_t begin_size, struct record_line *ret_line)
{
    char text[CALL_ID_SIZE], instance[16 + 1];
    struct object line;

    call_id_print(id, text);
    snprintf(instance, sizeof(instance), "%.16s", text);
    line = start_line(source, "end", text, instance);
    copy_identity(&line, begin, begin_size);
    object_put_null(&line, "verdict");
    object_put_word(&line, "reason", REASON_HELPER_LOST);
    object_put_word(&line, "message", abandoned_message);
    object_put_null(&line, "duration_ms");
    object_put_null(&line, "queued_ms");
    object_put_null(&line, "output_bytes");
    object_put_null(&line, "output_sha256");
    object_put_value(&line, "scripts", json_object_new_array());
    object_put_value(&line, "passed_over", json_object_new_array());
    object_put_count(&line, "passed_over_count", 0);
    object_put_word(&line, "closed_by", source->instance);
    return finish_line(&line, ret_line);
}
