/*
 * Whatever is in the texts of a message, the other side never has a reason to refuse it; and what
 * it would refuse all the same is not sent.
 *
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */
#include "decode.h"
#include "encode.h"
#include "samples.h"

#include <errno.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

/* A message as the other side has it; the caller clears it. */
static struct message carry(const struct message *message, enum message_side side)
{
    struct message arrived = {0};
    struct encoded encoded;
    uint64_t id = 0;

    assert_int_equal(message_encode(message, side, &encoded), 0);
    assert_int_equal(message_decode(encoded.data, encoded.size, side, &arrived, &id), 0);
    assert_true(id == message->id);
    free(encoded.data);
    return arrived;
}

static int encode_fails(const struct message *message, enum message_side side)
{
    struct encoded untouched = {.size = 4711}, encoded = untouched;
    int r = message_encode(message, side, &encoded);

    assert_true(r < 0);
    assert_memory_equal(&encoded, &untouched, sizeof(encoded));
    return r;
}

/* A text of `length` times `c`; the caller frees. */
static char *repeat(char c, size_t length)
{
    char *text = malloc(length + 1);

    assert_non_null(text);
    memset(text, c, length);
    text[length] = '\0';
    return text;
}

/* --- texts are made fit --- */

static struct message verdict_saying(const char *text)
{
    return (struct message){
        .type = MESSAGE_VERDICT, .id = 1, .verdict = {.reason = "ok", .message = text}};
}

static void a_sentence_over_its_limit_is_cut_at_a_characters_border(void **state)
{
    char *text = repeat('x', PROTOCOL_TEXT_MAX + 1);
    struct message message, arrived;

    memcpy(text + PROTOCOL_TEXT_MAX - 1, "\xc3\xa4", 2);
    message = verdict_saying(text);
    arrived = carry(&message, SIDE_HELPER);
    assert_int_equal(strlen(arrived.verdict.message), PROTOCOL_TEXT_MAX - 1);
    message_clear(&arrived);
    free(text);
}

static void a_sentence_of_just_its_limit_is_whole(void **state)
{
    char *text = repeat('x', PROTOCOL_TEXT_MAX);
    struct message message = verdict_saying(text);
    struct message arrived = carry(&message, SIDE_HELPER);

    assert_string_equal(arrived.verdict.message, text);
    message_clear(&arrived);
    free(text);
}

static void bytes_that_are_no_utf_8_are_escaped(void **state)
{
    struct message message = verdict_saying("caf\xe9 failed\n");
    struct message arrived = carry(&message, SIDE_HELPER);

    assert_string_equal(arrived.verdict.message, "caf\\xe9 failed\n");
    message_clear(&arrived);
}

static void a_long_sentence_of_such_bytes_is_escaped_and_cut(void **state)
{
    char *text = repeat('\x80', 2 * PROTOCOL_TEXT_MAX);
    struct message message = verdict_saying(text);
    struct message arrived = carry(&message, SIDE_HELPER);

    assert_int_equal(strlen(arrived.verdict.message), PROTOCOL_TEXT_MAX);
    assert_int_equal(strncmp(arrived.verdict.message, "\\x80\\x80", 8), 0);
    message_clear(&arrived);
    free(text);
}

/* A verdict's scripts as the other side has them after they went as details; the caller frees. */
static struct message_verdict carry_details(const struct message_script *scripts, size_t count,
                                            void **ret_storage)
{
    struct message_verdict verdict = {0};
    struct encoded encoded;

    assert_int_equal(message_encode_scripts(scripts, count, &encoded), 0);
    assert_true(encoded.size <= PROTOCOL_DETAILS_MAX);
    assert_int_equal(message_decode_scripts(encoded.data, encoded.size, &verdict, ret_storage), 0);
    assert_int_equal(verdict.script_count, count);
    free(encoded.data);
    return verdict;
}

static void a_tail_over_its_limit_keeps_its_end(void **state)
{
    char *tail = repeat('x', PROTOCOL_TAIL_MAX + 10);
    struct message_script script = {.path = "/h", .stderr_tail = tail};
    struct message_verdict verdict;
    void *storage;

    strcpy(tail + PROTOCOL_TAIL_MAX + 6, "last");
    memcpy(tail + 9, "\xc3\xa4", 2);
    verdict = carry_details(&script, 1, &storage);
    assert_int_equal(strlen(verdict.scripts[0].stderr_tail), PROTOCOL_TAIL_MAX - 1);
    assert_string_equal(verdict.scripts[0].stderr_tail, tail + 11);
    free(storage);
    free(tail);
}

static void as_many_scripts_as_there_may_be_fit_with_the_longest_of_everything(void **state)
{
    char *tail = repeat('x', 32768), *problem = repeat('p', PROTOCOL_TEXT_MAX);
    char *path = repeat('/', PROTOCOL_PATH_MAX), *denied = repeat('d', PROTOCOL_DENIED_MAX);
    char *profile = repeat('n', NAME_PROFILE_MAX), *enforced = repeat('e', PROTOCOL_ENFORCED_MAX);
    char *observed = repeat('o', PROTOCOL_OBSERVED_MAX);
    static struct message_script scripts[PROTOCOL_SCRIPTS_MAX];
    struct message_verdict verdict;
    void *storage;

    for (size_t i = 0; i < PROTOCOL_SCRIPTS_MAX; i++)
        scripts[i] = (struct message_script){.path = path,
                                             .exit_status = SCRIPT_EXIT_MAX,
                                             .signal = SCRIPT_SIGNAL_MAX,
                                             .timed_out = true,
                                             .problem = problem,
                                             .profile = profile,
                                             .denied = denied,
                                             .observed = observed,
                                             .enforced = enforced,
                                             .duration_ms = UINT64_MAX,
                                             .stdout_bytes = UINT64_MAX,
                                             .stderr_bytes = UINT64_MAX,
                                             .stdout_tail = tail,
                                             .stderr_tail = tail};
    verdict = carry_details(scripts, PROTOCOL_SCRIPTS_MAX, &storage);
    assert_true(strlen(verdict.scripts[PROTOCOL_SCRIPTS_MAX - 1].stderr_tail) >= 8192);
    assert_string_equal(verdict.scripts[0].problem, problem);
    assert_string_equal(verdict.scripts[0].profile, profile);
    assert_string_equal(verdict.scripts[0].denied, denied);
    assert_string_equal(verdict.scripts[0].observed, observed);
    assert_string_equal(verdict.scripts[0].enforced, enforced);
    free(storage);
    free(observed);
    free(enforced);
    free(denied);
    free(profile);
    free(path);
    free(problem);
    free(tail);
}

static void scripts_that_do_not_fit_into_a_packet_are_told_apart(void **state)
{
    char *tail = repeat('x', PROTOCOL_PACKET_MAX);
    struct message_script script = {.path = "/h", .stderr_tail = tail};
    struct message message = verdict_saying("");

    message.verdict.scripts = &script;
    message.verdict.script_count = 1;
    assert_int_equal(encode_fails(&message, SIDE_HELPER), -EMSGSIZE);
    free(tail);
}

/* --- what is not sent --- */

static void a_type_that_is_not_for_the_side_is_not_sent(void **state)
{
    struct message call = sample_named("call")->message;
    struct message verdict = sample_named("verdict")->message;
    struct message unknown = {.type = MESSAGE_TYPES, .id = 1};

    assert_int_equal(encode_fails(&call, SIDE_HELPER), -EINVAL);
    assert_int_equal(encode_fails(&verdict, SIDE_CLIENT), -EINVAL);
    assert_int_equal(encode_fails(&unknown, SIDE_CLIENT), -EINVAL);
    unknown.type = 0;
    assert_int_equal(encode_fails(&unknown, SIDE_HELPER), -EINVAL);
}

static void the_id_0_is_for_hello_and_error_alone(void **state)
{
    for (size_t i = 0; i < SAMPLE_COUNT; i++) {
        struct message message = samples[i].message;

        message.id = message.type == MESSAGE_HELLO ? 1 : 0;
        if (message.type != MESSAGE_ERROR)
            assert_int_equal(encode_fails(&message, samples[i].side), -EINVAL);
    }
}

static void a_call_with_a_name_that_cannot_be_one_is_not_sent(void **state)
{
    const struct message good = sample_named("call")->message;
    struct message bad[12];

    for (size_t i = 0; i < 12; i++)
        bad[i] = good;
    bad[0].call.driver = "vbox";
    bad[1].call.object = "a/b";
    bad[2].call.operation = "Start";
    bad[3].call.sub_operation = NULL;
    bad[4].call.extra = "";
    bad[5].call.uuid = "6695eb01";
    bad[6].call.object = "a\xff";
    bad[7].call.profile = "";
    bad[8].call.profile = "../isolated";
    bad[9].call.only = "/h/qemu";
    bad[10].call.delivery = "a-1";
    bad[11].call.uri = "qemu:///system";
    for (size_t i = 0; i < 12; i++)
        assert_int_equal(encode_fails(&bad[i], SIDE_CLIENT), -EINVAL);
}

static void an_event_with_a_name_that_cannot_be_one_is_not_sent(void **state)
{
    const struct message good = sample_named("call-event")->message;
    struct message bad[4] = {good, good, good, good};

    bad[0].call.driver = "qemu";
    bad[1].call.only = "notify";
    bad[2].call.delivery = "a/1";
    bad[3].call.uri = "qemu:///system\nLD_PRELOAD=/x";
    for (size_t i = 0; i < 4; i++)
        assert_int_equal(encode_fails(&bad[i], SIDE_CLIENT), -EINVAL);
}

static void a_message_that_lacks_a_string_is_not_sent(void **state)
{
    struct message hello = {.type = MESSAGE_HELLO}, status = {.type = MESSAGE_STATUS, .id = 1};
    struct message error = {.type = MESSAGE_ERROR, .error.code = "internal"};
    struct message verdict = {.type = MESSAGE_VERDICT, .id = 1, .verdict.message = ""};

    assert_int_equal(encode_fails(&hello, SIDE_CLIENT), -EINVAL);
    assert_int_equal(encode_fails(&status, SIDE_HELPER), -EINVAL);
    assert_int_equal(encode_fails(&error, SIDE_HELPER), -EINVAL);
    assert_int_equal(encode_fails(&verdict, SIDE_HELPER), -EINVAL);
}

static void scripts_that_cannot_be_are_not_sent(void **state)
{
    static struct message_script many[PROTOCOL_SCRIPTS_MAX + 1];
    const struct message_script bad[] = {{.path = NULL},
                                         {.path = "/h", .exit_status = 256},
                                         {.path = "/h", .signal = 128},
                                         {.path = "/h", .retries = SCRIPT_RETRIES_MAX + 1}};
    struct encoded encoded;

    for (size_t i = 0; i < 4; i++)
        assert_int_equal(message_encode_scripts(&bad[i], 1, &encoded), -EINVAL);
    for (size_t i = 0; i <= PROTOCOL_SCRIPTS_MAX; i++)
        many[i].path = "/h";
    assert_int_equal(message_encode_scripts(many, PROTOCOL_SCRIPTS_MAX + 1, &encoded), -EINVAL);
}

static void a_status_over_its_limit_is_not_sent(void **state)
{
    char *json = repeat('1', PROTOCOL_STATUS_MAX + 1);
    struct message message = {.type = MESSAGE_STATUS, .id = 1, .status.json = json};
    struct message arrived;

    assert_int_equal(encode_fails(&message, SIDE_HELPER), -EMSGSIZE);
    json[PROTOCOL_STATUS_MAX] = '\0';
    arrived = carry(&message, SIDE_HELPER);
    assert_string_equal(arrived.status.json, json);
    message_clear(&arrived);
    free(json);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_sentence_over_its_limit_is_cut_at_a_characters_border),
        cmocka_unit_test(a_sentence_of_just_its_limit_is_whole),
        cmocka_unit_test(bytes_that_are_no_utf_8_are_escaped),
        cmocka_unit_test(a_long_sentence_of_such_bytes_is_escaped_and_cut),
        cmocka_unit_test(a_tail_over_its_limit_keeps_its_end),
        cmocka_unit_test(as_many_scripts_as_there_may_be_fit_with_the_longest_of_everything),
        cmocka_unit_test(scripts_that_do_not_fit_into_a_packet_are_told_apart),
        cmocka_unit_test(a_type_that_is_not_for_the_side_is_not_sent),
        cmocka_unit_test(the_id_0_is_for_hello_and_error_alone),
        cmocka_unit_test(a_call_with_a_name_that_cannot_be_one_is_not_sent),
        cmocka_unit_test(an_event_with_a_name_that_cannot_be_one_is_not_sent),
        cmocka_unit_test(a_message_that_lacks_a_string_is_not_sent),
        cmocka_unit_test(scripts_that_cannot_be_are_not_sent),
        cmocka_unit_test(a_status_over_its_limit_is_not_sent),
    };

    return cmocka_run_group_tests_name("encode", tests, NULL, NULL);
}
