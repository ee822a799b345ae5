/*
 * The fields of each message, one function a type: the tables of PROTOCOL.md in C. Both sides. All
 * input is untrusted, also the helper's; each field has its own limit.
 *
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */
#include "decoders.h"

#include "error.h"

#include <errno.h>

static void decode_failure_rule(struct fields *fields, const msgpack_object *object,
                                struct failure_rule *rule)
{
    const msgpack_object *values = object->via.array.ptr;
    int r = 0;

    if (object->type != MSGPACK_OBJECT_ARRAY || object->via.array.size < 4)
        r = PROTOCOL_E_FIELD;
    if (r == 0)
        r = fields_copy(&values[0], rule->driver, sizeof(rule->driver));
    if (r == 0)
        r = fields_copy(&values[1], rule->operation, sizeof(rule->operation));
    for (size_t i = 2; i < 4 && r == 0; i++)
        if (values[i].type != MSGPACK_OBJECT_POSITIVE_INTEGER || values[i].via.u64 > FAILURE_ALLOW)
            r = PROTOCOL_E_FIELD;
    if (r != 0) {
        fields_fail(fields, "policy", r);
        return;
    }
    rule->on_exit = (enum failure_answer)values[2].via.u64;
    rule->on_other = (enum failure_answer)values[3].via.u64;
}

static void decode_policy(struct fields *fields, struct message_hello *hello)
{
    const msgpack_object_array *rules = fields_array(fields, "policy", FAILURE_RULES_MAX);

    if (!rules)
        return;
    hello->has_policy = true;
    hello->policy.count = rules->size;
    for (size_t i = 0; i < rules->size; i++)
        decode_failure_rule(fields, &rules->ptr[i], &hello->policy.rules[i]);
}

static void decode_client_hello(struct fields *fields, struct message *message)
{
    struct message_hello *hello = &message->hello;

    hello->version_min = (uint32_t)fields_uint(fields, "version_min", REQUIRED, UINT32_MAX);
    hello->version_max = (uint32_t)fields_uint(fields, "version_max", REQUIRED, UINT32_MAX);
    hello->name = fields_text(fields, "name", REQUIRED, PROTOCOL_NAME_MAX);
    if (hello->version_min > PROTOCOL_VERSION || hello->version_max < PROTOCOL_VERSION)
        fields_fail(fields, NULL, PROTOCOL_E_VERSION);
}

static void decode_helper_hello(struct fields *fields, struct message *message)
{
    struct message_hello *hello = &message->hello;

    decode_client_hello(fields, message);
    hello->deadline_ms = fields_uint(fields, "deadline_ms", REQUIRED, UINT64_MAX);
    hello->stdin_max = fields_uint(fields, "stdin_max", REQUIRED, UINT64_MAX);
    hello->calls_max = fields_uint(fields, "calls_max", REQUIRED, UINT64_MAX);
    hello->hooks = fields_text(fields, "hooks", OPTIONAL, PROTOCOL_PATH_MAX);
    decode_policy(fields, hello);
}

/* What only a call of class event may have. */
static void decode_event(struct fields *fields, struct message_call *call)
{
    call->only = fields_name(fields, "only", OPTIONAL, NAME_ONLY_MAX, name_is_only);
    call->delivery = fields_name(fields, "delivery", OPTIONAL, NAME_DELIVERY_MAX, name_is_delivery);
    call->uri = fields_name(fields, "uri", OPTIONAL, NAME_URI_MAX, name_is_uri);
    if (call->class == CLASS_EVENT)
        return;
    if (call->only)
        fields_fail(fields, "only", PROTOCOL_E_FIELD);
    if (call->delivery)
        fields_fail(fields, "delivery", PROTOCOL_E_FIELD);
    if (call->uri)
        fields_fail(fields, "uri", PROTOCOL_E_FIELD);
}

static void decode_call(struct fields *fields, struct message *message)
{
    struct message_call *call = &message->call;

    call->class = (enum call_class)fields_uint(fields, "class", REQUIRED, CLASS_EVENT);
    call->driver = fields_name(fields, "driver", REQUIRED, NAME_DRIVER_MAX,
                               call->class == CLASS_EVENT ? name_is_kind : name_is_driver);
    call->object = fields_name(fields, "object", REQUIRED, NAME_OBJECT_MAX, name_is_object);
    call->uuid = fields_name(fields, "uuid", OPTIONAL, NAME_UUID_LENGTH, name_is_uuid);
    call->operation = fields_name(fields, "operation", REQUIRED, NAME_OPERATION_MAX,
                                  name_is_operation);
    call->sub_operation = fields_name(fields, "sub_operation", REQUIRED, NAME_OPERATION_MAX,
                                      name_is_operation);
    call->extra = fields_name(fields, "extra", REQUIRED, NAME_EXTRA_MAX, name_is_extra);
    call->profile = fields_name(fields, "profile", OPTIONAL, NAME_PROFILE_MAX, name_is_profile);
    decode_event(fields, call);
    call->timeout_ms = fields_uint(fields, "timeout_ms", OPTIONAL, UINT64_MAX);
    call->has_stdin = fields_bool(fields, "stdin", OPTIONAL);
}

static void decode_accepted(struct fields *fields, struct message *message)
{
    message->accepted.deadline_ms = fields_uint(fields, "deadline_ms", REQUIRED, UINT64_MAX);
}

static void decode_script(struct fields *fields, struct message_script *script)
{
    script->path = fields_text(fields, "path", REQUIRED, PROTOCOL_PATH_MAX);
    script->exit_status = -1;
    if (fields_has(fields, "exit_status"))
        script->exit_status = (int)fields_uint(fields, "exit_status", REQUIRED, SCRIPT_EXIT_MAX);
    script->signal = (int)fields_uint(fields, "signal", OPTIONAL, SCRIPT_SIGNAL_MAX);
    script->timed_out = fields_bool(fields, "timed_out", OPTIONAL);
    script->retries = (unsigned int)fields_uint(fields, "retries", OPTIONAL, SCRIPT_RETRIES_MAX);
    script->problem = fields_text(fields, "problem", OPTIONAL, PROTOCOL_TEXT_MAX);
    script->profile = fields_text(fields, "profile", OPTIONAL, NAME_PROFILE_MAX);
    script->denied = fields_text(fields, "denied", OPTIONAL, PROTOCOL_DENIED_MAX);
    script->observed = fields_text(fields, "observed", OPTIONAL, PROTOCOL_OBSERVED_MAX);
    script->enforced = fields_text(fields, "enforced", OPTIONAL, PROTOCOL_ENFORCED_MAX);
    script->duration_ms = fields_uint(fields, "duration_ms", REQUIRED, UINT64_MAX);
    script->stdout_bytes = fields_uint(fields, "stdout_bytes", REQUIRED, UINT64_MAX);
    script->stderr_bytes = fields_uint(fields, "stderr_bytes", REQUIRED, UINT64_MAX);
    script->stdout_tail = fields_text(fields, "stdout_tail", OPTIONAL, PROTOCOL_TAIL_MAX);
    script->stderr_tail = fields_text(fields, "stderr_tail", OPTIONAL, PROTOCOL_TAIL_MAX);
}

int decode_script_list(const msgpack_object_array *array, struct store *store,
                       struct message_verdict *verdict)
{
    struct message_script *scripts = store_list(store, array->size, sizeof(*scripts));

    if (!scripts)
        return -ENOMEM;
    for (size_t i = 0; i < array->size; i++) {
        struct fields fields;

        fields_init(&fields, &array->ptr[i], store);
        decode_script(&fields, &scripts[i]);
        if (fields.error != 0)
            return fields.error;
    }
    verdict->scripts = scripts;
    verdict->script_count = array->size;
    return 0;
}

static void decode_verdict(struct fields *fields, struct message *message)
{
    struct message_verdict *verdict = &message->verdict;
    const msgpack_object_array *scripts = fields_array(fields, "scripts", PROTOCOL_SCRIPTS_MAX);
    int r = scripts ? decode_script_list(scripts, fields->store, verdict) : 0;

    if (r != 0)
        fields_fail(fields, "scripts", r);
    verdict->allow = fields_bool(fields, "allow", REQUIRED);
    verdict->reason = fields_text(fields, "reason", REQUIRED, PROTOCOL_NAME_MAX);
    verdict->message = fields_text(fields, "message", REQUIRED, PROTOCOL_TEXT_MAX);
    verdict->duration_ms = fields_uint(fields, "duration_ms", REQUIRED, UINT64_MAX);
    verdict->has_output = fields_bool(fields, "output", OPTIONAL);
    verdict->has_details = fields_bool(fields, "details", OPTIONAL);
    if (scripts && verdict->has_details)
        fields_fail(fields, "scripts", PROTOCOL_E_FIELD);
}

static void decode_status(struct fields *fields, struct message *message)
{
    message->status.json = fields_text(fields, "json", REQUIRED, PROTOCOL_STATUS_MAX);
}

static void decode_error(struct fields *fields, struct message *message)
{
    struct message_error *error = &message->error;

    error->code = fields_text(fields, "code", REQUIRED, PROTOCOL_NAME_MAX);
    error->message = fields_text(fields, "message", REQUIRED, PROTOCOL_TEXT_MAX);
    error->version_min = (uint32_t)fields_uint(fields, "version_min", OPTIONAL, UINT32_MAX);
    error->version_max = (uint32_t)fields_uint(fields, "version_max", OPTIONAL, UINT32_MAX);
}

static void decode_nothing(struct fields *fields, struct message *message)
{
}

/* What each side may send, and how it is read. */
static decoder *const client_decoders[MESSAGE_TYPES] = {
    [MESSAGE_HELLO] = decode_client_hello, [MESSAGE_CALL] = decode_call,
    [MESSAGE_CANCEL] = decode_nothing,     [MESSAGE_PING] = decode_nothing,
    [MESSAGE_STATUS] = decode_nothing,     [MESSAGE_RELOAD] = decode_nothing,
};

static decoder *const helper_decoders[MESSAGE_TYPES] = {
    [MESSAGE_HELLO] = decode_helper_hello, [MESSAGE_ACCEPTED] = decode_accepted,
    [MESSAGE_VERDICT] = decode_verdict,    [MESSAGE_PING] = decode_nothing,
    [MESSAGE_STATUS] = decode_status,      [MESSAGE_RELOAD] = decode_nothing,
    [MESSAGE_ERROR] = decode_error,
};

decoder *decoder_of(uint64_t type, enum message_side side)
{
    if (type >= MESSAGE_TYPES)
        return NULL;
    return side == SIDE_CLIENT ? client_decoders[type] : helper_decoders[type];
}
