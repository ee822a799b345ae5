/*
 * Structures to bytes, no I/O. Both sides. What is encoded is the sender's own: names are checked,
 * so that a mistake shows here and not at the peer; texts are made fit, so that a verdict always
 * arrives.
 *
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */
#include "encode.h"

#include "writer.h"

#include <errno.h>
#include <string.h>

/* What a script takes at the most without its tails: its other texts, numbers, keys. */
#define SCRIPT_REST_MAX                                                               \
    (PROTOCOL_PATH_MAX + PROTOCOL_TEXT_MAX + NAME_PROFILE_MAX + PROTOCOL_DENIED_MAX + \
     PROTOCOL_OBSERVED_MAX + PROTOCOL_ENFORCED_MAX + 336)

_Static_assert(PROTOCOL_DETAILS_MAX / PROTOCOL_SCRIPTS_MAX > SCRIPT_REST_MAX + 2 * 8192,
               "every script has room for all that is told of it and 8 KiB of each tail");

static void encode_failure_rule(struct writer *writer, const struct failure_rule *rule)
{
    writer_array(writer, 4);
    writer_string(writer, rule->driver);
    writer_string(writer, rule->operation);
    writer_uint(writer, rule->on_exit);
    writer_uint(writer, rule->on_other);
}

static void encode_policy(struct writer *writer, const struct failure_policy *policy)
{
    writer_string(writer, "policy");
    writer_array(writer, policy->count);
    for (size_t i = 0; i < policy->count; i++)
        encode_failure_rule(writer, &policy->rules[i]);
}

static void encode_speaker(struct writer *writer, const struct message_hello *hello)
{
    if (!hello->name) {
        writer->error = -EINVAL;
        return;
    }
    writer_key_uint(writer, "version_min", hello->version_min);
    writer_key_uint(writer, "version_max", hello->version_max);
    writer_key_text(writer, "name", hello->name, PROTOCOL_NAME_MAX, KEEP_START);
}

static void encode_client_hello(struct writer *writer, const struct message *message)
{
    writer_map(writer, 3);
    encode_speaker(writer, &message->hello);
}

static void encode_helper_hello(struct writer *writer, const struct message *message)
{
    const struct message_hello *hello = &message->hello;

    writer_map(writer, 6U + (hello->hooks != NULL) + hello->has_policy);
    encode_speaker(writer, hello);
    writer_key_uint(writer, "deadline_ms", hello->deadline_ms);
    writer_key_uint(writer, "stdin_max", hello->stdin_max);
    writer_key_uint(writer, "calls_max", hello->calls_max);
    if (hello->hooks)
        writer_key_text(writer, "hooks", hello->hooks, PROTOCOL_PATH_MAX, KEEP_START);
    if (hello->has_policy)
        encode_policy(writer, &hello->policy);
}

/* What a call of its class may have. */
static bool is_sound_class(const struct message_call *call)
{
    if (call->class == CLASS_HOOK)
        return name_is_driver(call->driver) && !call->only && !call->delivery && !call->uri;
    return name_is_kind(call->driver) && (!call->only || name_is_only(call->only)) &&
           (!call->delivery || name_is_delivery(call->delivery)) &&
           (!call->uri || name_is_uri(call->uri));
}

static bool is_sound_call(const struct message_call *call)
{
    return call->driver && is_sound_class(call) && call->object && name_is_object(call->object) &&
           call->operation && name_is_operation(call->operation) && call->sub_operation &&
           name_is_operation(call->sub_operation) && call->extra && name_is_extra(call->extra) &&
           (!call->uuid || name_is_uuid(call->uuid)) &&
           (!call->profile || name_is_profile(call->profile));
}

static void put_string_if(struct writer *writer, const char *key, const char *text)
{
    if (text)
        writer_key_string(writer, key, text);
}

static void encode_call(struct writer *writer, const struct message *message)
{
    const struct message_call *call = &message->call;

    if (!is_sound_call(call)) {
        writer->error = -EINVAL;
        return;
    }
    writer_map(writer, 6U + (call->uuid != NULL) + (call->profile != NULL) + (call->only != NULL) +
                           (call->delivery != NULL) + (call->uri != NULL) + (call->timeout_ms > 0) +
                           call->has_stdin);
    writer_key_uint(writer, "class", call->class);
    writer_key_string(writer, "driver", call->driver);
    writer_key_string(writer, "object", call->object);
    put_string_if(writer, "uuid", call->uuid);
    writer_key_string(writer, "operation", call->operation);
    writer_key_string(writer, "sub_operation", call->sub_operation);
    writer_key_string(writer, "extra", call->extra);
    put_string_if(writer, "profile", call->profile);
    put_string_if(writer, "only", call->only);
    put_string_if(writer, "delivery", call->delivery);
    put_string_if(writer, "uri", call->uri);
    if (call->timeout_ms > 0)
        writer_key_uint(writer, "timeout_ms", call->timeout_ms);
    if (call->has_stdin)
        writer_key_bool(writer, "stdin", true);
}

static void encode_accepted(struct writer *writer, const struct message *message)
{
    writer_map(writer, 1);
    writer_key_uint(writer, "deadline_ms", message->accepted.deadline_ms);
}

/* The texts that a script need not have, but for its tails. */
struct script_text {
    const char *key, *text;
    size_t most;
};

static void encode_script_texts(struct writer *writer, const struct message_script *script)
{
    const struct script_text texts[] = {
        {"problem", script->problem, PROTOCOL_TEXT_MAX},
        {"profile", script->profile, NAME_PROFILE_MAX},
        {"denied", script->denied, PROTOCOL_DENIED_MAX},
        {"observed", script->observed, PROTOCOL_OBSERVED_MAX},
        {"enforced", script->enforced, PROTOCOL_ENFORCED_MAX},
    };

    for (size_t i = 0; i < sizeof(texts) / sizeof(texts[0]); i++)
        if (texts[i].text)
            writer_key_text(writer, texts[i].key, texts[i].text, texts[i].most, KEEP_START);
}

static size_t script_key_count(const struct message_script *script)
{
    return 4U + (script->exit_status >= 0) + (script->signal > 0) + script->timed_out +
           (script->retries > 0) + (script->problem != NULL) + (script->profile != NULL) +
           (script->denied != NULL) + (script->observed != NULL) + (script->enforced != NULL) +
           (script->stdout_tail != NULL) + (script->stderr_tail != NULL);
}

static void encode_script(struct writer *writer, const struct message_script *script,
                          size_t tail_most)
{
    if (!script->path || script->exit_status > SCRIPT_EXIT_MAX ||
        script->signal > SCRIPT_SIGNAL_MAX || script->retries > SCRIPT_RETRIES_MAX) {
        writer->error = -EINVAL;
        return;
    }
    writer_map(writer, script_key_count(script));
    writer_key_text(writer, "path", script->path, PROTOCOL_PATH_MAX, KEEP_START);
    if (script->exit_status >= 0)
        writer_key_uint(writer, "exit_status", (uint64_t)script->exit_status);
    if (script->signal > 0)
        writer_key_uint(writer, "signal", (uint64_t)script->signal);
    if (script->timed_out)
        writer_key_bool(writer, "timed_out", true);
    if (script->retries > 0)
        writer_key_uint(writer, "retries", script->retries);
    encode_script_texts(writer, script);
    writer_key_uint(writer, "duration_ms", script->duration_ms);
    writer_key_uint(writer, "stdout_bytes", script->stdout_bytes);
    writer_key_uint(writer, "stderr_bytes", script->stderr_bytes);
    if (script->stdout_tail)
        writer_key_text(writer, "stdout_tail", script->stdout_tail, tail_most, KEEP_END);
    if (script->stderr_tail)
        writer_key_text(writer, "stderr_tail", script->stderr_tail, tail_most, KEEP_END);
}

/* An equal share for each tail, so that a list of scripts always fits into its memfd. */
static size_t tail_share(size_t count)
{
    size_t share;

    if (count == 0)
        return PROTOCOL_TAIL_MAX;
    share = (PROTOCOL_DETAILS_MAX / count - SCRIPT_REST_MAX) / 2;
    return share < PROTOCOL_TAIL_MAX ? share : PROTOCOL_TAIL_MAX;
}

static void encode_script_list(struct writer *writer, const struct message_script *scripts,
                               size_t count)
{
    if (count > PROTOCOL_SCRIPTS_MAX) {
        writer->error = -EINVAL;
        return;
    }
    writer_array(writer, count);
    for (size_t i = 0; i < count && writer->error == 0; i++)
        encode_script(writer, &scripts[i], tail_share(count));
}

static void encode_verdict(struct writer *writer, const struct message *message)
{
    const struct message_verdict *verdict = &message->verdict;
    bool scripts = verdict->script_count > 0 && !verdict->has_details;

    if (!verdict->reason || !verdict->message) {
        writer->error = -EINVAL;
        return;
    }
    writer_map(writer, 4U + verdict->has_output + verdict->has_details + scripts);
    writer_key_bool(writer, "allow", verdict->allow);
    writer_key_text(writer, "reason", verdict->reason, PROTOCOL_NAME_MAX, KEEP_START);
    writer_key_text(writer, "message", verdict->message, PROTOCOL_TEXT_MAX, KEEP_START);
    writer_key_uint(writer, "duration_ms", verdict->duration_ms);
    if (verdict->has_output)
        writer_key_bool(writer, "output", true);
    if (verdict->has_details)
        writer_key_bool(writer, "details", true);
    if (scripts) {
        writer_string(writer, "scripts");
        encode_script_list(writer, verdict->scripts, verdict->script_count);
    }
}

static void encode_status(struct writer *writer, const struct message *message)
{
    const struct message_status *status = &message->status;

    if (!status->json) {
        writer->error = -EINVAL;
        return;
    }
    if (strlen(status->json) > PROTOCOL_STATUS_MAX) {
        writer->error = -EMSGSIZE;
        return;
    }
    writer_map(writer, 1);
    writer_key_string(writer, "json", status->json);
}

static void encode_error(struct writer *writer, const struct message *message)
{
    const struct message_error *error = &message->error;
    bool versions = error->version_max > 0;

    if (!error->code || !error->message) {
        writer->error = -EINVAL;
        return;
    }
    writer_map(writer, 2 + (versions ? 2 : 0));
    writer_key_text(writer, "code", error->code, PROTOCOL_NAME_MAX, KEEP_START);
    writer_key_text(writer, "message", error->message, PROTOCOL_TEXT_MAX, KEEP_START);
    if (versions) {
        writer_key_uint(writer, "version_min", error->version_min);
        writer_key_uint(writer, "version_max", error->version_max);
    }
}

static void encode_nothing(struct writer *writer, const struct message *message)
{
    writer_map(writer, 0);
}

/* What each side may send, and how it is written. */
typedef void encoder(struct writer *writer, const struct message *message);

static encoder *const client_encoders[MESSAGE_TYPES] = {
    [MESSAGE_HELLO] = encode_client_hello, [MESSAGE_CALL] = encode_call,
    [MESSAGE_CANCEL] = encode_nothing,     [MESSAGE_PING] = encode_nothing,
    [MESSAGE_STATUS] = encode_nothing,     [MESSAGE_RELOAD] = encode_nothing,
};

static encoder *const helper_encoders[MESSAGE_TYPES] = {
    [MESSAGE_HELLO] = encode_helper_hello, [MESSAGE_ACCEPTED] = encode_accepted,
    [MESSAGE_VERDICT] = encode_verdict,    [MESSAGE_PING] = encode_nothing,
    [MESSAGE_STATUS] = encode_status,      [MESSAGE_RELOAD] = encode_nothing,
    [MESSAGE_ERROR] = encode_error,
};

static encoder *encoder_of(enum message_type type, enum message_side side)
{
    if (type < MESSAGE_HELLO || type >= MESSAGE_TYPES)
        return NULL;
    return side == SIDE_CLIENT ? client_encoders[type] : helper_encoders[type];
}

/* Hands the bytes over, or answers with the writer's error. */
static int finish(struct writer *writer, struct encoded *ret_encoded)
{
    if (writer->error != 0) {
        writer_free(writer);
        return writer->error;
    }
    ret_encoded->data = writer->data;
    ret_encoded->size = writer->size;
    return 0;
}

/* Only a hello, and an error that answers nothing, has the id 0. */
static bool is_sound_id(const struct message *message)
{
    if (message->type == MESSAGE_HELLO)
        return message->id == 0;
    return message->id != 0 || message->type == MESSAGE_ERROR;
}

int message_encode(const struct message *message, enum message_side side,
                   struct encoded *ret_encoded)
{
    encoder *encode = encoder_of(message->type, side);
    struct writer writer;

    if (!encode || !is_sound_id(message))
        return -EINVAL;
    writer_init(&writer, PROTOCOL_PACKET_MAX);
    writer_array(&writer, 4);
    writer_uint(&writer, PROTOCOL_VERSION);
    writer_uint(&writer, message->type);
    writer_uint(&writer, message->id);
    encode(&writer, message);
    return finish(&writer, ret_encoded);
}

int message_encode_scripts(const struct message_script *scripts, size_t count,
                           struct encoded *ret_encoded)
{
    struct writer writer;

    writer_init(&writer, PROTOCOL_DETAILS_MAX);
    encode_script_list(&writer, scripts, count);
    return finish(&writer, ret_encoded);
}
