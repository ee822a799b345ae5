/*
 * Bad packets as a whole: cut short, too large, too full, with any byte changed. Each has its own
 * error, and what is refused leaves nothing behind.
 *
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */
#include "decode.h"
#include "encode.h"
#include "samples.h"

#include <msgpack.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

static struct encoded encode_sample(const struct sample *sample)
{
    struct encoded encoded;

    assert_int_equal(message_encode(&sample->message, sample->side, &encoded), 0);
    return encoded;
}

/* Decodes a ping whose map has `count` unknown keys. */
static int decode_ping_with_keys(size_t count)
{
    struct message message = {0};
    msgpack_sbuffer buffer;
    msgpack_packer packer;
    char key[8];
    uint64_t id;
    int r;

    msgpack_sbuffer_init(&buffer);
    msgpack_packer_init(&packer, &buffer, msgpack_sbuffer_write);
    msgpack_sbuffer_write(&buffer, "\x94\x01\x06\x08", 4);
    msgpack_pack_map(&packer, count);
    for (size_t i = 0; i < count; i++) {
        int size = snprintf(key, sizeof(key), "%zu", i);

        msgpack_pack_str(&packer, (size_t)size);
        msgpack_pack_str_body(&packer, key, (size_t)size);
        msgpack_pack_nil(&packer);
    }
    r = message_decode((const uint8_t *)buffer.data, buffer.size, SIDE_CLIENT, &message, &id);
    message_clear(&message);
    msgpack_sbuffer_destroy(&buffer);
    return r;
}

static void a_map_has_at_most_64_keys(void **state)
{
    assert_int_equal(decode_ping_with_keys(64), 0);
    assert_int_equal(decode_ping_with_keys(65), PROTOCOL_E_TOO_MANY);
}

static void details_have_at_most_1024_scripts(void **state)
{
    static uint8_t data[3 + PROTOCOL_SCRIPTS_MAX + 1] = {0xdc, 0x04, 0x01};
    struct message_verdict verdict = {0};
    void *storage;

    memset(data + 3, 0x80, sizeof(data) - 3);
    assert_int_equal(message_decode_scripts(data, sizeof(data), &verdict, &storage),
                     PROTOCOL_E_TOO_MANY);
    data[2] = 0x00;
    assert_int_equal(message_decode_scripts(data, sizeof(data) - 1, &verdict, &storage),
                     PROTOCOL_E_FIELD); /* they are empty */
}

static void pack_text(msgpack_packer *packer, const char *text, size_t size)
{
    msgpack_pack_str(packer, size);
    msgpack_pack_str_body(packer, text, size);
}

static void pack_number(msgpack_packer *packer, const char *key)
{
    pack_text(packer, key, strlen(key));
    msgpack_pack_uint64(packer, 0);
}

/* Decodes details of one script that has this key with a text of `size` bytes. */
static int decode_script_with(const char *key, size_t size)
{
    static char text[32768];
    struct message_verdict verdict;
    void *storage = NULL;
    msgpack_sbuffer buffer;
    msgpack_packer packer;
    int r;

    memset(text, 'a', sizeof(text));
    msgpack_sbuffer_init(&buffer);
    msgpack_packer_init(&packer, &buffer, msgpack_sbuffer_write);
    msgpack_pack_array(&packer, 1);
    msgpack_pack_map(&packer, 5);
    pack_text(&packer, "path", 4);
    pack_text(&packer, "/h", 2);
    pack_text(&packer, key, strlen(key));
    pack_text(&packer, text, size);
    pack_number(&packer, "duration_ms");
    pack_number(&packer, "stdout_bytes");
    pack_number(&packer, "stderr_bytes");
    r = message_decode_scripts((const uint8_t *)buffer.data, buffer.size, &verdict, &storage);
    free(storage);
    msgpack_sbuffer_destroy(&buffer);
    return r;
}

static void what_is_told_of_a_script_is_allowed_up_to_its_limit(void **state)
{
    static const struct {
        const char *key;
        size_t most;
    } texts[] = {{"problem", 4096},
                 {"profile", 64},
                 {"denied", 4096},
                 {"observed", 16384},
                 {"enforced", 1024}};

    for (size_t i = 0; i < sizeof(texts) / sizeof(texts[0]); i++) {
        assert_int_equal(decode_script_with(texts[i].key, texts[i].most), 0);
        assert_int_equal(decode_script_with(texts[i].key, texts[i].most + 1), PROTOCOL_E_TOO_LONG);
    }
}

static void a_packet_cut_at_any_length_is_truncated(void **state)
{
    for (size_t i = 0; i < SAMPLE_COUNT; i++) {
        struct encoded encoded = encode_sample(&samples[i]);

        for (size_t size = 0; size < encoded.size; size++) {
            uint8_t *cut = malloc(size + 1); /* so that reading on is seen by the tools */
            struct message message = {0};
            uint64_t id = 1;

            memcpy(cut, encoded.data, size);
            cut = realloc(cut, size > 0 ? size : 1);
            assert_int_equal(message_decode(cut, size, samples[i].side, &message, &id),
                             PROTOCOL_E_TRUNCATED);
            assert_true(id == 0);
            free(cut);
        }
        free(encoded.data);
    }
}

static void a_packet_over_64_kib_is_too_large(void **state)
{
    static uint8_t data[PROTOCOL_PACKET_MAX + 1] = {0x94, 1, 6, 8, 0x80};
    struct message message = {0};
    uint64_t id;

    assert_int_equal(message_decode(data, sizeof(data), SIDE_CLIENT, &message, &id),
                     PROTOCOL_E_TOO_LARGE);
    assert_int_equal(message_decode(data, sizeof(data) - 1, SIDE_CLIENT, &message, &id),
                     PROTOCOL_E_TRAILING);
}

static void a_packet_full_of_the_smallest_values_is_refused(void **state)
{
    static uint8_t data[PROTOCOL_PACKET_MAX] = {0x95, 1, 6, 8, 0x80, 0xdc, 0xff, 0x00};
    struct message message = {0};
    uint64_t id;

    assert_int_equal(message_decode(data, sizeof(data), SIDE_CLIENT, &message, &id),
                     PROTOCOL_E_TOO_MANY);
}

/* What decodes can be sent on, and is the same then. */
static void assert_sound(const uint8_t *data, size_t size, enum message_side side)
{
    struct message message = {0};
    struct encoded encoded;
    uint64_t id;
    int r = message_decode(data, size, side, &message, &id);

    if (r != 0) {
        assert_true(r > 0);
        return;
    }
    assert_int_equal(message_encode(&message, side, &encoded), 0);
    message_clear(&message);
    assert_int_equal(message_decode(encoded.data, encoded.size, side, &message, &id), 0);
    message_clear(&message);
    free(encoded.data);
}

static void a_packet_with_any_byte_changed_is_refused_or_sound(void **state)
{
    static const uint8_t values[] = {0x00, 0x01, 0x7f, 0x80, 0x81, 0x90, 0x92, 0xa0, 0xa1, 0xbf,
                                     0xc0, 0xc1, 0xc2, 0xc3, 0xc4, 0xc7, 0xca, 0xcf, 0xd3, 0xd4,
                                     0xd9, 0xda, 0xdc, 0xdd, 0xde, 0xdf, 0xe0, 0xff};

    for (size_t i = 0; i < SAMPLE_COUNT; i++) {
        struct encoded encoded = encode_sample(&samples[i]);

        for (size_t at = 0; at < encoded.size; at++) {
            uint8_t kept = encoded.data[at];

            for (size_t k = 0; k < sizeof(values); k++) {
                encoded.data[at] = values[k];
                assert_sound(encoded.data, encoded.size, samples[i].side);
            }
            encoded.data[at] = kept;
        }
        free(encoded.data);
    }
}

static void a_refused_packet_leaves_the_callers_message_untouched(void **state)
{
    const uint8_t bad[] = {0x94, 1, 2, 7, 0x80};
    struct message untouched, message;
    uint64_t id;

    memset(&untouched, 0x5a, sizeof(untouched));
    message = untouched;
    assert_int_equal(message_decode(bad, sizeof(bad), SIDE_CLIENT, &message, &id),
                     PROTOCOL_E_FIELD);
    assert_memory_equal(&message, &untouched, sizeof(message));
    assert_true(id == 7);
}

static void each_error_has_a_sentence_that_begins_with_its_field(void **state)
{
    char sentence[PROTOCOL_SENTENCE_MAX];

    protocol_error_sentence(PROTOCOL_E_NAME, "sub_operation", sentence, sizeof(sentence));
    assert_int_equal(strncmp(sentence, "sub_operation: ", 15), 0);
    assert_string_equal(sentence + 15, protocol_error_text(PROTOCOL_E_NAME));
    for (int error = 1; error <= PROTOCOL_E_INTERNAL; error++) {
        protocol_error_sentence(error, NULL, sentence, sizeof(sentence));
        assert_string_equal(sentence, protocol_error_text(error));
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_map_has_at_most_64_keys),
        cmocka_unit_test(details_have_at_most_1024_scripts),
        cmocka_unit_test(what_is_told_of_a_script_is_allowed_up_to_its_limit),
        cmocka_unit_test(a_packet_cut_at_any_length_is_truncated),
        cmocka_unit_test(a_packet_over_64_kib_is_too_large),
        cmocka_unit_test(a_packet_full_of_the_smallest_values_is_refused),
        cmocka_unit_test(a_packet_with_any_byte_changed_is_refused_or_sound),
        cmocka_unit_test(a_refused_packet_leaves_the_callers_message_untouched),
        cmocka_unit_test(each_error_has_a_sentence_that_begins_with_its_field),
    };

    return cmocka_run_group_tests_name("decode_packet", tests, NULL, NULL);
}
