/*
 * Messages come out on the other side as they went in.
 *
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */
#include "decode.h"
#include "encode.h"
#include "samples.h"

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

static struct message carry_sample(const char *name)
{
    const struct sample *sample = sample_named(name);

    return carry(&sample->message, sample->side);
}

static void a_call_arrives_with_all_its_fields(void **state)
{
    struct message message = carry_sample("call-full");

    assert_int_equal(message.version, 1);
    assert_int_equal(message.type, MESSAGE_CALL);
    assert_true(message.id == UINT64_MAX);
    assert_int_equal(message.call.class, CLASS_EVENT);
    assert_string_equal(message.call.driver, "network");
    assert_string_equal(message.call.object, "b\xc3\xbcro-1 \xf0\x9f\x96\xa5");
    assert_string_equal(message.call.uuid, "6695eb01-f6a4-8304-79aa-97f2502e193f");
    assert_string_equal(message.call.operation, "port-created");
    assert_string_equal(message.call.sub_operation, "-");
    assert_string_equal(message.call.extra, "tcp://h:1/");
    assert_string_equal(message.call.profile, "network");
    assert_int_equal(message.call.timeout_ms, 2000);
    assert_true(message.call.has_stdin);
    message_clear(&message);
}

static void an_event_arrives_with_what_it_has_beside_a_hook(void **state)
{
    struct message message = carry_sample("call-event");

    assert_int_equal(message.call.class, CLASS_EVENT);
    assert_string_equal(message.call.driver, "domain");
    assert_string_equal(message.call.only, "/etc/virthook/events.d/domain/notify");
    assert_string_equal(message.call.delivery, "9f3c21d07be84a65-4711.2");
    assert_string_equal(message.call.uri, "qemu:///system");
    message_clear(&message);
}

static void what_a_call_leaves_out_is_absent(void **state)
{
    struct message message = carry_sample("call");

    assert_null(message.call.uuid);
    assert_null(message.call.profile);
    assert_null(message.call.only);
    assert_null(message.call.delivery);
    assert_null(message.call.uri);
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
    assert_same_text(a->profile, b->profile);
    assert_same_text(a->denied, b->denied);
    assert_same_text(a->observed, b->observed);
    assert_same_text(a->enforced, b->enforced);
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

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_call_arrives_with_all_its_fields),
        cmocka_unit_test(an_event_arrives_with_what_it_has_beside_a_hook),
        cmocka_unit_test(what_a_call_leaves_out_is_absent),
        cmocka_unit_test(a_helpers_hello_brings_its_limits_and_its_failure_policy),
        cmocka_unit_test(a_full_failure_policy_fits_into_a_hello),
        cmocka_unit_test(a_verdict_arrives_with_each_script_as_it_ended),
        cmocka_unit_test(status_and_error_arrive_word_for_word),
        cmocka_unit_test(only_calls_with_stdin_and_verdicts_announce_descriptors),
        cmocka_unit_test(a_decoded_message_owns_one_block_bounded_by_its_packet),
    };

    return cmocka_run_group_tests_name("message", tests, NULL, NULL);
}
