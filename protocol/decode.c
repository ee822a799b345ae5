/*
 * Bytes to structures, no I/O. Both sides. All input is untrusted, also the helper's.
 *
 * Three steps: check_bytes() on the raw bytes; msgpack-c, which then can do no harm; and the copy
 * into a structure, field by field, each with its own limit. Unknown fields are passed over, so
 * that a later version can add some.
 *
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */
#include "decode.h"

#include "check.h"
#include "decoders.h"

#include <errno.h>
#include <msgpack/unpack.h>
#include <stdlib.h>
#include <string.h>

static const struct check_limits packet_limits = {
    .depth = PROTOCOL_DEPTH_MAX,
    .items = PROTOCOL_ITEMS_MAX,
    .string = PROTOCOL_PACKET_MAX,
};

static const struct check_limits details_limits = {
    .depth = PROTOCOL_DEPTH_MAX,
    .items = PROTOCOL_DETAILS_ITEMS_MAX,
    .string = PROTOCOL_TAIL_MAX,
};

/* Hello and error have one form in all versions, so that sides without a common one can say so. */
static bool is_spoken(uint64_t version, uint64_t type)
{
    return version == PROTOCOL_VERSION || type == MESSAGE_HELLO || type == MESSAGE_ERROR;
}

/* Only a hello, and an error that answers nothing, has the id 0. */
static bool is_sound_id(uint64_t id, uint64_t type)
{
    if (type == MESSAGE_HELLO)
        return id == 0;
    return id != 0 || type == MESSAGE_ERROR;
}

/* The three elements that mean the same in every version, into `message`; the type is not judged.
 */
static int decode_frame(const msgpack_object *root, struct message *message, uint64_t *ret_type)
{
    const msgpack_object *values = root->via.array.ptr;

    if (root->type != MSGPACK_OBJECT_ARRAY || root->via.array.size < 3)
        return PROTOCOL_E_SHAPE;
    for (size_t i = 0; i < 3; i++)
        if (values[i].type != MSGPACK_OBJECT_POSITIVE_INTEGER)
            return PROTOCOL_E_SHAPE;
    if (values[0].via.u64 == 0 || values[0].via.u64 > UINT32_MAX)
        return PROTOCOL_E_SHAPE;
    message->version = (uint32_t)values[0].via.u64;
    message->id = values[2].via.u64;
    *ret_type = values[1].via.u64;
    return 0;
}

/* Everything after the frame. `size` is the packet's. */
static int decode_fields(const msgpack_object *root, size_t size, decoder *decode,
                         struct message *message, const char **ret_field)
{
    struct fields fields;
    struct store store;

    if (root->via.array.size < 4 || root->via.array.ptr[3].type != MSGPACK_OBJECT_MAP)
        return PROTOCOL_E_SHAPE;
    store_init(&store, size);
    fields_init(&fields, &root->via.array.ptr[3], &store);
    decode(&fields, message);
    message->storage = store.block;
    *ret_field = fields.wrong;
    return fields.error;
}

static int decode_message(const msgpack_object *root, size_t size, enum message_side side,
                          struct message *message, const char **ret_field)
{
    decoder *decode;
    uint64_t type;
    int r;

    r = decode_frame(root, message, &type);
    if (r != 0)
        return r;
    if (!is_spoken(message->version, type))
        return PROTOCOL_E_VERSION;
    decode = decoder_of(type, side);
    if (!decode)
        return PROTOCOL_E_TYPE;
    if (!is_sound_id(message->id, type))
        return PROTOCOL_E_SHAPE;
    message->type = (enum message_type)type;
    return decode_fields(root, size, decode, message, ret_field);
}

/* Hands checked bytes to msgpack-c, whose objects point into them. */
static int unpack(const uint8_t *data, size_t size, const struct check_limits *limits,
                  msgpack_unpacked *unpacked)
{
    size_t offset = 0;
    int r;

    r = check_bytes(data, size, limits);
    if (r != 0)
        return r;
    switch (msgpack_unpack_next(unpacked, (const char *)data, size, &offset)) {
    case MSGPACK_UNPACK_SUCCESS:
        return 0;
    case MSGPACK_UNPACK_NOMEM_ERROR:
        return -ENOMEM;
    default:
        return PROTOCOL_E_NOT_MSGPACK;
    }
}

#define auto_unpacked __attribute__((cleanup(msgpack_unpacked_destroy)))

int message_decode_fault(const uint8_t *data, size_t size, enum message_side side,
                         struct message *ret_message, struct decode_fault *ret_fault)
{
    auto_unpacked msgpack_unpacked unpacked = {0};
    auto_message struct message message = {0};
    int r;

    memset(ret_fault, 0, sizeof(*ret_fault));
    if (size > PROTOCOL_PACKET_MAX)
        return PROTOCOL_E_TOO_LARGE;
    r = unpack(data, size, &packet_limits, &unpacked);
    if (r != 0)
        return r;
    r = decode_message(&unpacked.data, size, side, &message, &ret_fault->field);
    ret_fault->id = message.id;
    if (r != 0)
        return r;
    *ret_message = message;
    memset(&message, 0, sizeof(message));
    return 0;
}

int message_decode(const uint8_t *data, size_t size, enum message_side side,
                   struct message *ret_message, uint64_t *ret_id)
{
    struct decode_fault fault;
    int r = message_decode_fault(data, size, side, ret_message, &fault);

    *ret_id = fault.id;
    return r;
}

int message_decode_scripts(const uint8_t *data, size_t size, struct message_verdict *verdict,
                           void **ret_storage)
{
    auto_unpacked msgpack_unpacked unpacked = {0};
    struct store store;
    int r;

    if (size > PROTOCOL_DETAILS_MAX)
        return PROTOCOL_E_TOO_LARGE;
    r = unpack(data, size, &details_limits, &unpacked);
    if (r != 0)
        return r;
    if (unpacked.data.type != MSGPACK_OBJECT_ARRAY)
        return PROTOCOL_E_SHAPE;
    if (unpacked.data.via.array.size > PROTOCOL_SCRIPTS_MAX)
        return PROTOCOL_E_TOO_MANY;
    store_init(&store, size);
    r = decode_script_list(&unpacked.data.via.array, &store, verdict);
    if (r != 0) {
        free(store.block);
        return r;
    }
    *ret_storage = store.block;
    return 0;
}
