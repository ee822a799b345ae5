/*
 * Messages come out as they went in, whatever is in their texts, and what the peer would refuse is
 * not sent.
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

static const struct sample *sample_named(const char *name)
{
    for (size_t i = 0; i < SAMPLE_COUNT; i++)
        if (strcmp(samples[i].name, name) == 0)
            return &samples[i];
    fail_msg("there is no sample %s", name);
    return NULL;
}

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

static struct message carry_sample(const char *name)
{
    const struct sample *sample = sample_named(name);

    return carry(&sample->message, sample->side);
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

/* --- what comes out --- */

static void a_call_arrives_with_all_its_fields(void **state)
{
    struct message message = carry_sample("call-full");

    assert_int_equal(message.version, 1);
    assert_int_equal(message.type, MESSAGE_CALL);
    assert_true(message.id == UINT64_MAX);
    assert_int_equal(message.call.class, CLASS_EVENT);
    assert_string_equal(message.call.driver, "libxl");
    assert_string_equal(message.call.object, "b\xc3\xbcro-1 \xf0\x9f\x96\xa5");
    assert_string_equal(message.call.uuid, "6695eb01-f6a4-8304-79aa-97f2502e193f");
    assert_string_equal(message.call.operation, "port-created");
    assert_string_equal(message.call.sub_operation, "-");
    assert_string_equal(message.call.extra, "tcp://h:1/");
    assert_int_equal(message.call.timeout_ms, 2000);
    assert_true(message.call.has_stdin);
    message_clear(&message);
}

static void what_a_call_leaves_out_is_absent(void **state)
{
    struct message message = carry_sample("call");

    assert_null(message.call.uuid);
    assert_int_equal(message.call.timeout_ms, 0);
    assert_false(message.call.has_stdin);
    message_clear(&message);
}

static void a_helpers_hello_brings_its_limits_and_its_failure_policy(void **state)
{
    const struct message_hello *sent = &sample_named("helper-hello")->message.hello;
    struct message message = carry_sample("helper-hello");

    assert_int_equal(message.hello.version_min, 1);
    assert_int_equal(message.hello.version_max, 1);
    assert_string_equal(message.hello.name, "virthook-helper");
    assert_int_equal(message.hello.deadline_ms, 120000);
    assert_int_equal(message.hello.stdin_max, 16777216);
    assert_int_equal(message.hello.calls_max, 256);
    assert_true(message.hello.has_policy);
    assert_int_equal(message.hello.policy.count, 5);
    assert_memory_equal(message.hello.policy.rules, sent->policy.rules, sizeof(sent->policy.rules));
    message_clear(&message);
}

static void a_full_failure_policy_fits_into_a_hello(void **state)
{
    struct message message = sample_named("helper-hello")->message;
    struct failure_policy *policy = &message.hello.policy;
    struct message arrived;

    for (size_t i = 0; i < FAILURE_RULES_MAX; i++) {
        memset(policy->rules[i].driver, 'd', NAME_DRIVER_MAX);
        memset(policy->rules[i].operation, 'o', NAME_OPERATION_MAX);
        policy->rules[i].on_exit = i % 2 ? FAILURE_ALLOW : FAILURE_DENY;
    }
    policy->count = FAILURE_RULES_MAX;
    arrived = carry(&message, SIDE_HELPER);
    assert_memory_equal(&arrived.hello.policy, policy, sizeof(*policy));
    message_clear(&arrived);
}

static void assert_same_text(const char *a, const char *b)
{
    assert_int_equal(a == NULL, b == NULL);
    if (a)
        assert_string_equal(a, b);
}

static void assert_same_script(const struct message_script *a, const struct message_script *b)
{
    assert_same_text(a->path, b->path);
    assert_int_equal(a->exit_status, b->exit_status);
    assert_int_equal(a->signal, b->signal);
    assert_int_equal(a->timed_out, b->timed_out);
    assert_same_text(a->problem, b->problem);
    assert_true(a->duration_ms == b->duration_ms);
    assert_true(a->stdout_bytes == b->stdout_bytes);
    assert_true(a->stderr_bytes == b->stderr_bytes);
    assert_same_text(a->stdout_tail, b->stdout_tail);
    assert_same_text(a->stderr_tail, b->stderr_tail);
}

static void a_verdict_arrives_with_each_script_as_it_ended(void **state)
{
    struct message message = carry_sample("verdict-scripts");

    assert_false(message.verdict.allow);
    assert_string_equal(message.verdict.reason, "timed-out");
    assert_string_equal(message.verdict.message,
                        "/etc/virthook/hooks/qemu ran into the deadline of 2 s");
    assert_int_equal(message.verdict.duration_ms, 2013);
    assert_true(message.verdict.has_output);
    assert_false(message.verdict.has_details);
    assert_int_equal(message.verdict.script_count, 3);
    for (size_t i = 0; i < 3; i++)
        assert_same_script(&message.verdict.scripts[i], &sample_scripts[i]);
    message_clear(&message);
}

static void status_and_error_arrive_word_for_word(void **state)
{
    struct message status = carry_sample("helper-status");
    struct message error = carry_sample("error-version");

    assert_string_equal(status.status.json, "{\"version\":\"0.1.0\"}");
    assert_string_equal(error.error.code, "unsupported-version");
    assert_string_equal(error.error.message, "this version of the protocol is not spoken here");
    assert_int_equal(error.error.version_min, 1);
    assert_int_equal(error.error.version_max, 1);
    message_clear(&status);
    message_clear(&error);
}

static void only_calls_with_stdin_and_verdicts_announce_descriptors(void **state)
{
    for (size_t i = 0; i < SAMPLE_COUNT; i++) {
        size_t count = message_fd_count(&samples[i].message, samples[i].side);
        size_t wanted = 0;

        if (strcmp(samples[i].name, "call-full") == 0 ||
            strcmp(samples[i].name, "verdict-scripts") == 0)
            wanted = 1;
        if (strcmp(samples[i].name, "verdict-details") == 0)
            wanted = 2;
        assert_int_equal(count, wanted);
    }
}

static void a_decoded_message_owns_one_block_bounded_by_its_packet(void **state)
{
    struct message message = carry_sample("verdict-scripts");
    const char *start = message.storage;
    const char *end = start + 3 * sizeof(struct message_script) + 1000;

    assert_ptr_equal(message.verdict.scripts, start);
    assert_true(message.verdict.reason > start && message.verdict.reason < end);
    for (size_t i = 0; i < 3; i++)
        assert_true(message.verdict.scripts[i].path > start &&
                    message.verdict.scripts[i].path < end);
    message_clear(&message);
    assert_null(message.storage);
    assert_int_equal(message.verdict.script_count, 0);
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
    char *tail = repeat('x', PROTOCOL_TAIL_MAX), *problem = repeat('p', PROTOCOL_TEXT_MAX);
    char *path = repeat('/', PROTOCOL_PATH_MAX);
    static struct message_script scripts[PROTOCOL_SCRIPTS_MAX];
    struct message_verdict verdict;
    void *storage;

    for (size_t i = 0; i < PROTOCOL_SCRIPTS_MAX; i++)
        scripts[i] = (struct message_script){.path = path,
                                             .exit_status = SCRIPT_EXIT_MAX,
                                             .signal = SCRIPT_SIGNAL_MAX,
                                             .timed_out = true,
                                             .problem = problem,
                                             .duration_ms = UINT64_MAX,
                                             .stdout_bytes = UINT64_MAX,
                                             .stderr_bytes = UINT64_MAX,
                                             .stdout_tail = tail,
                                             .stderr_tail = tail};
    verdict = carry_details(scripts, PROTOCOL_SCRIPTS_MAX, &storage);
    assert_true(strlen(verdict.scripts[PROTOCOL_SCRIPTS_MAX - 1].stderr_tail) >= 8192);
    assert_string_equal(verdict.scripts[0].problem, problem);
    free(storage);
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
    struct message bad[7];

    for (size_t i = 0; i < 7; i++)
        bad[i] = good;
    bad[0].call.driver = "vbox";
    bad[1].call.object = "a/b";
    bad[2].call.operation = "Start";
    bad[3].call.sub_operation = NULL;
    bad[4].call.extra = "";
    bad[5].call.uuid = "6695eb01";
    bad[6].call.object = "a\xff";
    for (size_t i = 0; i < 7; i++)
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
    const struct message_script bad[] = {
        {.path = NULL}, {.path = "/h", .exit_status = 256}, {.path = "/h", .signal = 128}};
    struct encoded encoded;

    for (size_t i = 0; i < 3; i++)
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
        cmocka_unit_test(a_call_arrives_with_all_its_fields),
        cmocka_unit_test(what_a_call_leaves_out_is_absent),
        cmocka_unit_test(a_helpers_hello_brings_its_limits_and_its_failure_policy),
        cmocka_unit_test(a_full_failure_policy_fits_into_a_hello),
        cmocka_unit_test(a_verdict_arrives_with_each_script_as_it_ended),
        cmocka_unit_test(status_and_error_arrive_word_for_word),
        cmocka_unit_test(only_calls_with_stdin_and_verdicts_announce_descriptors),
        cmocka_unit_test(a_decoded_message_owns_one_block_bounded_by_its_packet),
        cmocka_unit_test(a_sentence_over_its_limit_is_cut_at_a_characters_border),
        cmocka_unit_test(a_sentence_of_just_its_limit_is_whole),
        cmocka_unit_test(bytes_that_are_no_utf_8_are_escaped),
        cmocka_unit_test(a_tail_over_its_limit_keeps_its_end),
        cmocka_unit_test(as_many_scripts_as_there_may_be_fit_with_the_longest_of_everything),
        cmocka_unit_test(scripts_that_do_not_fit_into_a_packet_are_told_apart),
        cmocka_unit_test(a_type_that_is_not_for_the_side_is_not_sent),
        cmocka_unit_test(the_id_0_is_for_hello_and_error_alone),
        cmocka_unit_test(a_call_with_a_name_that_cannot_be_one_is_not_sent),
        cmocka_unit_test(a_message_that_lacks_a_string_is_not_sent),
        cmocka_unit_test(scripts_that_cannot_be_are_not_sent),
        cmocka_unit_test(a_status_over_its_limit_is_not_sent),
    };

    return cmocka_run_group_tests_name("message", tests, NULL, NULL);
}
