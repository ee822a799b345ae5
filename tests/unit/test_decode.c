/*
 * Bad packets, each with its own error: one field of a good packet at a time is made wrong, and the
 * error must be the documented one and name that field.
 *
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */
#include "decode.h"
#include "encode.h"
#include "samples.h"

#include <msgpack.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

enum kind { UINT, BOOL, TEXT, NAME, ARRAY };

/* The tables of PROTOCOL.md: what each field may be. */
struct field {
    const char *sample; /* a message that has the field */
    const char *key;
    enum kind kind;
    bool required;
    uint64_t most; /* of a number its value, of a text its bytes */
};

static const struct field fields[] = {
    {"client-hello", "version_min", UINT, true, UINT32_MAX},
    {"client-hello", "version_max", UINT, true, UINT32_MAX},
    {"client-hello", "name", TEXT, true, 64},
    {"helper-hello", "version_min", UINT, true, UINT32_MAX},
    {"helper-hello", "version_max", UINT, true, UINT32_MAX},
    {"helper-hello", "name", TEXT, true, 64},
    {"helper-hello", "deadline_ms", UINT, true, UINT64_MAX},
    {"helper-hello", "stdin_max", UINT, true, UINT64_MAX},
    {"helper-hello", "calls_max", UINT, true, UINT64_MAX},
    {"helper-hello", "policy", ARRAY, false, 128},
    {"call-full", "class", UINT, true, 1},
    {"call-full", "driver", NAME, true, 16},
    {"call-full", "object", NAME, true, 1024},
    {"call-full", "uuid", NAME, false, 36},
    {"call-full", "operation", NAME, true, 64},
    {"call-full", "sub_operation", NAME, true, 64},
    {"call-full", "extra", NAME, true, 4096},
    {"call-full", "profile", NAME, false, 64},
    {"call-event", "only", NAME, false, 4096},
    {"call-event", "delivery", NAME, false, 64},
    {"call-event", "uri", NAME, false, 4096},
    {"call-full", "timeout_ms", UINT, false, UINT64_MAX},
    {"call-full", "stdin", BOOL, false, 0},
    {"accepted", "deadline_ms", UINT, true, UINT64_MAX},
    {"verdict-scripts", "allow", BOOL, true, 0},
    {"verdict-scripts", "reason", TEXT, true, 64},
    {"verdict-scripts", "message", TEXT, true, 4096},
    {"verdict-scripts", "duration_ms", UINT, true, UINT64_MAX},
    {"verdict-scripts", "output", BOOL, false, 0},
    {"verdict-details", "details", BOOL, false, 0},
    {"verdict-scripts", "scripts", ARRAY, false, 1024},
    {"helper-status", "json", TEXT, true, 61440},
    {"error-version", "code", TEXT, true, 64},
    {"error-version", "message", TEXT, true, 4096},
    {"error-version", "version_min", UINT, false, UINT32_MAX},
    {"error-version", "version_max", UINT, false, UINT32_MAX},
};

#define FIELD_COUNT (sizeof(fields) / sizeof(fields[0]))

static struct encoded encode_sample(const struct sample *sample)
{
    struct encoded encoded;

    assert_int_equal(message_encode(&sample->message, sample->side, &encoded), 0);
    return encoded;
}

static bool is_key(const msgpack_object *object, const char *key)
{
    return object->via.str.size == strlen(key) &&
           memcmp(object->via.str.ptr, key, object->via.str.size) == 0;
}

/* Packs the map again with `value` in place of the field's, or without the field. */
static void pack_changed(msgpack_packer *packer, const msgpack_object_map *map, const char *key,
                         const msgpack_object *value)
{
    msgpack_pack_map(packer, map->size - (value ? 0 : 1));
    for (size_t i = 0; i < map->size; i++) {
        bool changed = is_key(&map->ptr[i].key, key);

        if (changed && !value)
            continue;
        msgpack_pack_object(packer, map->ptr[i].key);
        msgpack_pack_object(packer, changed ? *value : map->ptr[i].val);
    }
}

/*
 * Decodes the field's sample with another value in this field (or without it, where it is NULL).
 * Returns as message_decode(), and whether the error names the field.
 */
static int decode_changed(const struct field *field, const msgpack_object *value, bool *ret_named)
{
    const struct sample *sample = sample_named(field->sample);
    struct encoded encoded = encode_sample(sample);
    struct message message = {0};
    struct decode_fault fault;
    msgpack_unpacked unpacked;
    msgpack_sbuffer buffer;
    msgpack_packer packer;
    int r;

    msgpack_unpacked_init(&unpacked);
    assert_int_equal(msgpack_unpack_next(&unpacked, (const char *)encoded.data, encoded.size, NULL),
                     MSGPACK_UNPACK_SUCCESS);
    msgpack_sbuffer_init(&buffer);
    msgpack_packer_init(&packer, &buffer, msgpack_sbuffer_write);
    msgpack_pack_array(&packer, 4);
    for (size_t i = 0; i < 3; i++)
        msgpack_pack_object(&packer, unpacked.data.via.array.ptr[i]);
    pack_changed(&packer, &unpacked.data.via.array.ptr[3].via.map, field->key, value);
    r = message_decode_fault((const uint8_t *)buffer.data, buffer.size, sample->side, &message,
                             &fault);
    *ret_named = fault.field && strcmp(fault.field, field->key) == 0;
    if (r > 0 && fault.id != sample->message.id)
        fail_msg("%s in %s: the error has lost its id", field->key, field->sample);
    message_clear(&message);
    msgpack_sbuffer_destroy(&buffer);
    msgpack_unpacked_destroy(&unpacked);
    free(encoded.data);
    return r;
}

static void assert_refused(const struct field *field, const msgpack_object *value, int wanted)
{
    bool named;
    int r = decode_changed(field, value, &named);

    if (r != wanted)
        fail_msg("%s in %s: %s, not %s", field->key, field->sample,
                 r == 0 ? "not refused" : protocol_error_code(r), protocol_error_code(wanted));
    if (!named)
        fail_msg("%s in %s: the error does not name the field", field->key, field->sample);
}

static void assert_understood(const struct field *field, const msgpack_object *value)
{
    bool named;
    int r = decode_changed(field, value, &named);

    if (r != 0)
        fail_msg("%s in %s: %s", field->key, field->sample, protocol_error_code(r));
}

static msgpack_object text_object(const char *text, size_t size)
{
    return (msgpack_object){.type = MSGPACK_OBJECT_STR,
                            .via.str = {.size = (uint32_t)size, .ptr = text}};
}

static msgpack_object number_object(uint64_t number)
{
    return (msgpack_object){.type = MSGPACK_OBJECT_POSITIVE_INTEGER, .via.u64 = number};
}

static msgpack_object_type type_of(enum kind kind)
{
    switch (kind) {
    case UINT:
        return MSGPACK_OBJECT_POSITIVE_INTEGER;
    case BOOL:
        return MSGPACK_OBJECT_BOOLEAN;
    case ARRAY:
        return MSGPACK_OBJECT_ARRAY;
    default:
        return MSGPACK_OBJECT_STR;
    }
}

static void a_field_that_is_required_is_missed_and_no_other(void **state)
{
    for (size_t i = 0; i < FIELD_COUNT; i++) {
        if (fields[i].required)
            assert_refused(&fields[i], NULL, PROTOCOL_E_FIELD);
        else
            assert_understood(&fields[i], NULL);
    }
}

static void a_field_of_any_other_type_is_refused(void **state)
{
    static const msgpack_object values[] = {
        {.type = MSGPACK_OBJECT_NIL},
        {.type = MSGPACK_OBJECT_BOOLEAN, .via.boolean = true},
        {.type = MSGPACK_OBJECT_POSITIVE_INTEGER, .via.u64 = 1},
        {.type = MSGPACK_OBJECT_NEGATIVE_INTEGER, .via.i64 = -1},
        {.type = MSGPACK_OBJECT_FLOAT32, .via.f64 = 1},
        {.type = MSGPACK_OBJECT_FLOAT64, .via.f64 = 1},
        {.type = MSGPACK_OBJECT_STR, .via.str = {.size = 4, .ptr = "qemu"}},
        {.type = MSGPACK_OBJECT_BIN, .via.bin = {.size = 4, .ptr = "qemu"}},
        {.type = MSGPACK_OBJECT_ARRAY},
        {.type = MSGPACK_OBJECT_MAP},
    };

    for (size_t i = 0; i < FIELD_COUNT; i++)
        for (size_t k = 0; k < sizeof(values) / sizeof(values[0]); k++)
            if (values[k].type != type_of(fields[i].kind))
                assert_refused(&fields[i], &values[k], PROTOCOL_E_FIELD);
}

static void a_number_is_allowed_up_to_its_limit(void **state)
{
    for (size_t i = 0; i < FIELD_COUNT; i++) {
        msgpack_object most = number_object(fields[i].most);
        msgpack_object more = number_object(fields[i].most + 1);

        if (fields[i].kind != UINT)
            continue;
        if (strcmp(fields[i].key, "version_min") != 0 || strstr(fields[i].sample, "error"))
            assert_understood(&fields[i], &most);
        if (fields[i].most < UINT64_MAX)
            assert_refused(&fields[i], &more, PROTOCOL_E_FIELD);
    }
}

static void a_text_is_allowed_up_to_its_limit(void **state)
{
    static char text[65536];

    memset(text, 'a', sizeof(text));
    for (size_t i = 0; i < FIELD_COUNT; i++) {
        msgpack_object most = text_object(text, (size_t)fields[i].most);
        msgpack_object more = text_object(text, (size_t)fields[i].most + 1);

        if (fields[i].kind == TEXT || strcmp(fields[i].key, "object") == 0 ||
            strcmp(fields[i].key, "operation") == 0 || strcmp(fields[i].key, "extra") == 0)
            assert_understood(&fields[i], &most);
        if (fields[i].kind == TEXT || fields[i].kind == NAME)
            assert_refused(&fields[i], &more, PROTOCOL_E_TOO_LONG);
    }
}

static void a_text_with_a_nul_or_broken_utf_8_is_refused(void **state)
{
    static const msgpack_object texts[] = {
        {.type = MSGPACK_OBJECT_STR, .via.str = {.size = 3, .ptr = "a\0b"}},
        {.type = MSGPACK_OBJECT_STR, .via.str = {.size = 1, .ptr = "\0"}},
        {.type = MSGPACK_OBJECT_STR, .via.str = {.size = 2, .ptr = "a\xff"}},
        {.type = MSGPACK_OBJECT_STR, .via.str = {.size = 2, .ptr = "a\xc3"}},
        {.type = MSGPACK_OBJECT_STR, .via.str = {.size = 2, .ptr = "\xc0\xaf"}},
        {.type = MSGPACK_OBJECT_STR, .via.str = {.size = 3, .ptr = "\xed\xa0\x80"}},
    };

    for (size_t i = 0; i < FIELD_COUNT; i++)
        for (size_t k = 0; k < sizeof(texts) / sizeof(texts[0]); k++)
            if (fields[i].kind == TEXT || fields[i].kind == NAME)
                assert_refused(&fields[i], &texts[k], PROTOCOL_E_TEXT);
}

static void assert_name_refused(const char *key, const char *name)
{
    msgpack_object value = text_object(name, strlen(name));

    for (size_t i = 0; i < FIELD_COUNT; i++)
        if (strcmp(fields[i].key, key) == 0)
            assert_refused(&fields[i], &value, PROTOCOL_E_NAME);
}

static void a_name_that_cannot_be_one_is_refused(void **state)
{
    static const char *const words[] = {"", "a\nb", "../a", "a/b", "A b"};

    for (size_t i = 0; i < 5; i++) {
        assert_name_refused("driver", words[i]);
        assert_name_refused("operation", words[i]);
        assert_name_refused("sub_operation", words[i]);
        assert_name_refused("uuid", words[i]);
        assert_name_refused("profile", words[i]);
        assert_name_refused("only", words[i]);
        assert_name_refused("delivery", words[i]);
        if (i < 4)
            assert_name_refused("object", words[i]);
    }
    assert_name_refused("extra", "");
    assert_name_refused("operation", "..");
}

static void names_that_libvirt_allows_are_carried_faithfully(void **state)
{
    static const char *const names[] = {"..", ".", "-", "a b\t\"'$(x)", "\x1b[2J", "b\xc3\xbcro"};
    struct message message = sample_named("call")->message, arrived;
    struct encoded encoded;
    uint64_t id;

    for (size_t i = 0; i < sizeof(names) / sizeof(names[0]); i++) {
        message.call.object = names[i];
        assert_int_equal(message_encode(&message, SIDE_CLIENT, &encoded), 0);
        assert_int_equal(message_decode(encoded.data, encoded.size, SIDE_CLIENT, &arrived, &id), 0);
        assert_string_equal(arrived.call.object, names[i]);
        message_clear(&arrived);
        free(encoded.data);
    }
}

static void a_list_is_allowed_up_to_its_limit(void **state)
{
    static msgpack_object nothing[1025];

    for (size_t i = 0; i < FIELD_COUNT; i++) {
        msgpack_object value = {.type = MSGPACK_OBJECT_ARRAY, .via.array.ptr = nothing};

        if (fields[i].kind != ARRAY)
            continue;
        assert_understood(&fields[i], &value);
        value.via.array.size = (uint32_t)fields[i].most;
        assert_refused(&fields[i], &value, PROTOCOL_E_FIELD); /* full of nil */
        value.via.array.size++;
        assert_refused(&fields[i], &value, PROTOCOL_E_TOO_MANY);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_field_that_is_required_is_missed_and_no_other),
        cmocka_unit_test(a_field_of_any_other_type_is_refused),
        cmocka_unit_test(a_number_is_allowed_up_to_its_limit),
        cmocka_unit_test(a_text_is_allowed_up_to_its_limit),
        cmocka_unit_test(a_text_with_a_nul_or_broken_utf_8_is_refused),
        cmocka_unit_test(a_name_that_cannot_be_one_is_refused),
        cmocka_unit_test(names_that_libvirt_allows_are_carried_faithfully),
        cmocka_unit_test(a_list_is_allowed_up_to_its_limit),
    };

    return cmocka_run_group_tests_name("decode", tests, NULL, NULL);
}
