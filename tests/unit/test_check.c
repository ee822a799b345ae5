/*
 * check_bytes(): what the look at raw bytes lets pass, and that no packet can make the decoder
 * take memory or stack for what is not there.
 *
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */
#include "check.h"
#include "decode.h"
#include "instrumented.h"

#include <msgpack.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cmocka.h>

static const struct check_limits wide = {
    .depth = CHECK_DEPTH_MAX, .items = 100000, .string = 100000};

/* An array of arrays, `depth` in all, with nothing or a number in the innermost. */
static size_t put_nested(uint8_t *data, size_t depth, bool number)
{
    memset(data, 0x91, depth);
    if (number)
        data[depth] = 7;
    else
        data[depth - 1] = 0x90;
    return depth + number;
}

/* The bytes that follow a leading byte in its shortest form, or -1 where it is not allowed. */
static int follow_up(int lead)
{
    static const int by_lead[] = {
        [0x00] = 0,  [0x01] = -1, [0x02] = 0,  [0x03] = 0,  [0x04] = 1, [0x05] = 2, [0x06] = 4,
        [0x07] = -1, [0x08] = -1, [0x09] = -1, [0x0a] = 4,  [0x0b] = 8, [0x0c] = 1, [0x0d] = 2,
        [0x0e] = 4,  [0x0f] = 8,  [0x10] = 1,  [0x11] = 2,  [0x12] = 4, [0x13] = 8, [0x14] = -1,
        [0x15] = -1, [0x16] = -1, [0x17] = -1, [0x18] = -1, [0x19] = 1, [0x1a] = 2, [0x1b] = 4,
        [0x1c] = 2,  [0x1d] = 4,  [0x1e] = 2,  [0x1f] = 4,
    };

    if (lead <= 0x7f || lead >= 0xe0)
        return 0;
    if (lead <= 0x8f)
        return 2 * (lead & 0x0f);
    if (lead <= 0x9f)
        return lead & 0x0f;
    if (lead <= 0xbf)
        return lead & 0x1f;
    return by_lead[lead - 0xc0];
}

static void each_leading_byte_takes_what_the_msgpack_specification_says(void **state)
{
    for (int lead = 0; lead <= 0xff; lead++) {
        uint8_t data[64] = {(uint8_t)lead};
        int more = follow_up(lead);

        if (more < 0) {
            assert_int_equal(check_bytes(data, sizeof(data), &wide), PROTOCOL_E_NOT_MSGPACK);
            continue;
        }
        assert_int_equal(check_bytes(data, (size_t)more + 1, &wide), 0);
        assert_int_equal(check_bytes(data, (size_t)more + 2, &wide), PROTOCOL_E_TRAILING);
        if (more > 0)
            assert_int_equal(check_bytes(data, (size_t)more, &wide), PROTOCOL_E_TRUNCATED);
    }
}

static void no_bytes_are_truncated(void **state)
{
    assert_int_equal(check_bytes((const uint8_t *)"", 0, &wide), PROTOCOL_E_TRUNCATED);
}

static void lengths_and_counts_are_read_as_big_endian_numbers(void **state)
{
    static uint8_t data[70000];

    memcpy(data, "\xd9\xff", 2);
    assert_int_equal(check_bytes(data, 2 + 255, &wide), 0);
    memcpy(data, "\xda\x01\x02", 3);
    assert_int_equal(check_bytes(data, 3 + 0x102, &wide), 0);
    memcpy(data, "\xc6\x00\x01\x02\x03", 5);
    assert_int_equal(check_bytes(data, 5 + 0x10203, &wide), 0);
    memset(data, 0, sizeof(data));
    memcpy(data, "\xdc\x01\x02", 3);
    assert_int_equal(check_bytes(data, 3 + 0x102, &wide), 0);
    memcpy(data, "\xdf\x00\x00\x01\x02", 5);
    assert_int_equal(check_bytes(data, 5 + 2 * 0x102, &wide), 0);
}

static void depth_is_allowed_up_to_its_limit(void **state)
{
    const struct check_limits limits = {.depth = 8, .items = 100, .string = 100};
    uint8_t data[16];

    assert_int_equal(check_bytes(data, put_nested(data, 8, true), &limits), 0);
    assert_int_equal(check_bytes(data, put_nested(data, 8, false), &limits), 0);
    assert_int_equal(check_bytes(data, put_nested(data, 9, true), &limits), PROTOCOL_E_TOO_DEEP);
    assert_int_equal(check_bytes(data, put_nested(data, 9, false), &limits), PROTOCOL_E_TOO_DEEP);
}

static void depth_counts_open_containers_only(void **state)
{
    const struct check_limits limits = {.depth = 2, .items = 100, .string = 100};

    assert_int_equal(check_bytes((const uint8_t *)"\x93\x91\x01\x90\x80", 5, &limits), 0);
    assert_int_equal(check_bytes((const uint8_t *)"\x92\x91\x01\x91\x90", 5, &limits),
                     PROTOCOL_E_TOO_DEEP);
}

static void no_limit_lets_depth_grow_beyond_the_fixed_stack(void **state)
{
    const struct check_limits limits = {.depth = 1000000, .items = 1000000, .string = 100};
    static uint8_t data[100000];

    assert_int_equal(check_bytes(data, put_nested(data, CHECK_DEPTH_MAX, true), &limits), 0);
    assert_int_equal(check_bytes(data, put_nested(data, CHECK_DEPTH_MAX + 1, true), &limits),
                     PROTOCOL_E_TOO_DEEP);
    assert_int_equal(check_bytes(data, put_nested(data, 99999, true), &limits),
                     PROTOCOL_E_TOO_DEEP);
}

static void values_are_allowed_up_to_their_limit_keys_counted(void **state)
{
    const struct check_limits limits = {.depth = 8, .items = 5, .string = 100};

    assert_int_equal(check_bytes((const uint8_t *)"\x94\x01\x02\x03\x04", 5, &limits), 0);
    assert_int_equal(check_bytes((const uint8_t *)"\x82\x01\x02\x03\x04", 5, &limits), 0);
    assert_int_equal(check_bytes((const uint8_t *)"\x95\x01\x02\x03\x04\x05", 6, &limits),
                     PROTOCOL_E_TOO_MANY);
    assert_int_equal(check_bytes((const uint8_t *)"\x91\x94\x01\x02\x03\x04", 6, &limits),
                     PROTOCOL_E_TOO_MANY);
    assert_int_equal(check_bytes((const uint8_t *)"\x92\x92\x01\x02\x03", 5, &limits), 0);
    assert_int_equal(check_bytes((const uint8_t *)"\x92\x93\x01\x02\x03\x04", 6, &limits),
                     PROTOCOL_E_TOO_MANY);
}

static void strings_and_binaries_are_allowed_up_to_their_limit(void **state)
{
    const struct check_limits limits = {.depth = 8, .items = 5, .string = 3};

    assert_int_equal(check_bytes((const uint8_t *)"\xa3xyz", 4, &limits), 0);
    assert_int_equal(check_bytes((const uint8_t *)"\xa4xyz!", 5, &limits), PROTOCOL_E_TOO_LONG);
    assert_int_equal(check_bytes((const uint8_t *)"\xc4\x03xyz", 5, &limits), 0);
    assert_int_equal(check_bytes((const uint8_t *)"\xc4\x04xyz!", 6, &limits), PROTOCOL_E_TOO_LONG);
}

static void a_count_or_length_beyond_the_bytes_is_refused_whatever_the_limits(void **state)
{
    const struct check_limits none = {
        .depth = CHECK_DEPTH_MAX, .items = SIZE_MAX, .string = SIZE_MAX};
    static const char *const liars[] = {
        "\xdd\xff\xff\xff\xff\xc0", "\xdf\xff\xff\xff\xff\xc0", "\xdb\xff\xff\xff\xff\xc0",
        "\xc6\xff\xff\xff\xff\xc0", "\xdf\x80\x00\x00\x01\xc0",
    };

    for (size_t i = 0; i < sizeof(liars) / sizeof(liars[0]); i++)
        assert_int_equal(check_bytes((const uint8_t *)liars[i], 6, &none), PROTOCOL_E_TRUNCATED);
}

static uint32_t next_random(uint32_t *seed)
{
    *seed = *seed * 1664525 + 1013904223;
    return *seed >> 8;
}

/* Bytes that are msgpack more often than chance would make them. */
static size_t put_random(uint8_t *data, size_t room, uint32_t *seed)
{
    static const uint8_t common[] = {0x81, 0x92, 0x93, 0xa1, 0xa2, 0xc0, 0xc4,
                                     0xcc, 0xd9, 0xdc, 0xdd, 0xde, 0xdf, 0xcb};
    size_t size = 1 + next_random(seed) % room;

    for (size_t i = 0; i < size; i++) {
        uint32_t kind = next_random(seed) % 4;

        if (kind == 0)
            data[i] = common[next_random(seed) % sizeof(common)];
        else
            data[i] = (uint8_t)(next_random(seed) & (kind == 1 ? 0xff : 0x03));
    }
    return size;
}

/* Runs msgpack-c and tells how many bytes it took, or a result below MSGPACK_UNPACK_EXTRA_BYTES. */
static msgpack_unpack_return unpack(const uint8_t *data, size_t size, size_t *ret_taken)
{
    msgpack_unpacked unpacked;
    msgpack_unpack_return result;

    *ret_taken = 0;
    msgpack_unpacked_init(&unpacked);
    result = msgpack_unpack_next(&unpacked, (const char *)data, size, ret_taken);
    msgpack_unpacked_destroy(&unpacked);
    return result;
}

static void what_it_lets_pass_msgpack_c_takes_whole(void **state)
{
    uint32_t seed = 1;
    size_t passed = 0;

    for (int i = 0; i < 300000; i++) {
        uint8_t data[24];
        size_t taken, size = put_random(data, sizeof(data), &seed);

        if (check_bytes(data, size, &wide) != 0)
            continue;
        passed++;
        assert_int_equal(unpack(data, size, &taken), MSGPACK_UNPACK_SUCCESS);
        assert_int_equal(taken, size);
    }
    assert_true(passed > 1000);
}

static void what_it_calls_trailing_msgpack_c_leaves_too(void **state)
{
    uint32_t seed = 2;
    size_t found = 0;

    for (int i = 0; i < 50000; i++) {
        uint8_t data[24];
        size_t taken, size = put_random(data, sizeof(data), &seed);

        if (check_bytes(data, size, &wide) != PROTOCOL_E_TRAILING)
            continue;
        found++;
        assert_int_equal(unpack(data, size, &taken), MSGPACK_UNPACK_SUCCESS);
        assert_true(taken < size);
    }
    assert_true(found > 1000);
}

/* Six bytes that announce 268 million values. */
static const uint8_t bomb[] = {0xdd, 0x0f, 0xff, 0xff, 0xff, 0xc0};
static const uint8_t ping[] = {0x94, 0x01, 0x06, 0x08, 0x80};

/* The exit status of `body` in a child that may have 128 MiB of memory. */
static int run_with_little_memory(int (*body)(void))
{
    const struct rlimit limit = {.rlim_cur = 128 << 20, .rlim_max = 128 << 20};
    int status;
    pid_t child = fork();

    assert_true(child >= 0);
    if (child == 0)
        _exit(setrlimit(RLIMIT_AS, &limit) < 0 ? 99 : body());
    assert_int_equal(waitpid(child, &status, 0), child);
    assert_true(WIFEXITED(status));
    return WEXITSTATUS(status);
}

static int unpack_bomb(void)
{
    size_t taken;

    return unpack(bomb, sizeof(bomb), &taken) == MSGPACK_UNPACK_NOMEM_ERROR ? 1 : 0;
}

static int decode_bomb_then_ping(void)
{
    struct message message;
    uint64_t id;

    if (message_decode(bomb, sizeof(bomb), SIDE_CLIENT, &message, &id) != PROTOCOL_E_TOO_MANY)
        return 1;
    if (message_decode(ping, sizeof(ping), SIDE_CLIENT, &message, &id) != 0)
        return 2;
    return message.type == MESSAGE_PING && message.id == 8 ? 0 : 3;
}

static void skip_where_memory_cannot_be_limited(void)
{
    if (under_valgrind() || under_address_sanitizer())
        skip_because("a limit on memory would end the tool that this runs under");
}

static void six_bytes_make_msgpack_c_alone_ask_for_more_memory_than_there_is(void **state)
{
    skip_where_memory_cannot_be_limited();
    assert_int_equal(run_with_little_memory(unpack_bomb), 1);
}

static void the_same_bytes_are_refused_under_that_limit_and_the_next_packet_is_served(void **state)
{
    skip_where_memory_cannot_be_limited();
    assert_int_equal(run_with_little_memory(decode_bomb_then_ping), 0);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(each_leading_byte_takes_what_the_msgpack_specification_says),
        cmocka_unit_test(no_bytes_are_truncated),
        cmocka_unit_test(lengths_and_counts_are_read_as_big_endian_numbers),
        cmocka_unit_test(depth_is_allowed_up_to_its_limit),
        cmocka_unit_test(depth_counts_open_containers_only),
        cmocka_unit_test(no_limit_lets_depth_grow_beyond_the_fixed_stack),
        cmocka_unit_test(values_are_allowed_up_to_their_limit_keys_counted),
        cmocka_unit_test(strings_and_binaries_are_allowed_up_to_their_limit),
        cmocka_unit_test(a_count_or_length_beyond_the_bytes_is_refused_whatever_the_limits),
        cmocka_unit_test(what_it_lets_pass_msgpack_c_takes_whole),
        cmocka_unit_test(what_it_calls_trailing_msgpack_c_leaves_too),
        cmocka_unit_test(six_bytes_make_msgpack_c_alone_ask_for_more_memory_than_there_is),
        cmocka_unit_test(the_same_bytes_are_refused_under_that_limit_and_the_next_packet_is_served),
    };

    return cmocka_run_group_tests_name("check", tests, NULL, NULL);
}
