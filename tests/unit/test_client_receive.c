/*
 * What a helper's packets do to the calls of a channel. The test is the helper: it holds the other
 * end of the channel's socket and sends by the protocol's own code, or raw bytes.
 *
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */
#include "client_stage.h"

static void accept_call(struct stage *stage, uint64_t id)
{
    say(stage, &(struct message){.type = MESSAGE_ACCEPTED, .id = id, .accepted.deadline_ms = 77});
}

static void answer_call(struct stage *stage, uint64_t id)
{
    struct message verdict = {.type = MESSAGE_VERDICT,
                              .id = id,
                              .verdict = {.allow = true, .reason = "ok", .message = "fine"}};

    say(stage, &verdict);
}

static void a_call_goes_from_hello_to_verdict(void **state)
{
    struct stage *stage = *state;
    uint64_t id = send_a_call(stage);

    accept_call(stage, id);
    receive(stage);
    assert_int_equal(stage->exchange.state, EXCHANGE_ACCEPTED);
    assert_int_equal(stage->exchange.promised_ms, 77);
    answer_call(stage, id);
    receive(stage);
    assert_int_equal(stage->exchange.state, EXCHANGE_ANSWERED);
    assert_string_equal(stage->exchange.verdict.verdict.message, "fine");
    assert_int_equal(stage->channel->state, CHANNEL_OPEN);
}

static void a_verdict_may_come_with_no_acceptance_before_it(void **state)
{
    struct stage *stage = *state;

    answer_call(stage, send_a_call(stage));
    receive(stage);
    assert_int_equal(stage->exchange.state, EXCHANGE_ANSWERED);
}

static void the_hello_brings_limits_and_policy(void **state)
{
    struct stage *stage = *state;
    struct message hello = {.type = MESSAGE_HELLO,
                            .hello = {.version_min = 1,
                                      .version_max = 1,
                                      .name = "test",
                                      .stdin_max = 4096,
                                      .has_policy = true}};

    failure_policy_defaults(&hello.hello.policy);
    say(stage, &hello);
    receive(stage);
    assert_int_equal(stage->channel->stdin_max, 4096);
    assert_true(stage->policy.from_hello);
    assert_int_equal(stage->policy.rules.count, hello.hello.policy.count);
}

static void nothing_comes_before_the_hello(void **state)
{
    struct stage *stage = *state;

    accept_call(stage, 1);
    receive(stage);
    assert_lost(stage, REASON_NO_HELPER, "its first packet is not a hello");
    assert_int_equal(stage->exchange.state, EXCHANGE_LOST);
}

static void a_second_acceptance_would_prolong_the_wait_and_ends_the_helper(void **state)
{
    struct stage *stage = *state;
    uint64_t id = send_a_call(stage);

    accept_call(stage, id);
    accept_call(stage, id);
    receive(stage);
    assert_lost(stage, REASON_HELPER_LOST, "broke the protocol");
}

static void a_verdict_for_an_unknown_call_is_nobodys(void **state)
{
    struct stage *stage = *state;
    uint64_t id = send_a_call(stage);

    answer_call(stage, id + 1);
    receive(stage);
    assert_lost(stage, REASON_HELPER_LOST, "verdict for a call that was not made");
    assert_int_equal(stage->exchange.state, EXCHANGE_LOST);
}

static void an_id_that_was_not_sent_yet_is_not_answered(void **state)
{
    struct stage *stage = *state;

    say_hello(stage);
    answer_call(stage, 1);
    receive(stage);
    assert_lost(stage, REASON_HELPER_LOST, "verdict for a call that was not made");
}

static void a_call_that_was_given_up_may_be_answered_once(void **state)
{
    struct stage *stage = *state;
    uint64_t id = send_a_call(stage);

    accept_call(stage, id);
    receive(stage);
    channel_give_up(stage->channel, &stage->exchange);
    channel_leave(stage->channel, &stage->exchange);
    answer_call(stage, id);
    receive(stage);
    assert_int_equal(stage->channel->state, CHANNEL_OPEN);
    answer_call(stage, id);
    receive(stage);
    assert_int_equal(stage->channel->state, CHANNEL_LOST);
    channel_join(stage->channel, &stage->exchange);
}

static void a_helper_that_leaves_too_many_calls_open_is_lost(void **state)
{
    struct stage *stage = *state;

    send_a_call(stage);
    for (size_t i = 0; i < CHANNEL_GIVEN_UP_MAX; i++)
        channel_give_up(stage->channel, &stage->exchange);
    assert_int_equal(stage->channel->state, CHANNEL_OPEN);
    channel_give_up(stage->channel, &stage->exchange);
    assert_lost(stage, REASON_HELPER_LOST, "without a verdict");
}

static void an_error_with_the_calls_id_ends_the_call_alone(void **state)
{
    struct stage *stage = *state;

    refuse(stage, send_a_call(stage), "busy", "4096 calls are open");
    receive(stage);
    assert_int_equal(stage->exchange.state, EXCHANGE_REFUSED);
    assert_string_equal(stage->exchange.failure.reason, REASON_BUSY);
    assert_int_equal(stage->channel->state, CHANNEL_OPEN);
}

static void a_last_word_about_the_configuration_is_told_as_it_is(void **state)
{
    struct stage *stage = *state;

    refuse(stage, 0, "bad-configuration", "virthook.conf:3: no such option");
    receive(stage);
    assert_lost(stage, REASON_CONFIG, "virthook.conf:3: no such option");
    assert_string_equal(failure_cause(&stage->channel->failure), "virthook.conf:3: no such option");
}

static void a_last_word_cannot_steer_a_terminal(void **state)
{
    struct stage *stage = *state;

    refuse(stage, 0, "internal", "\033[2J\nall is well");
    receive(stage);
    assert_lost(stage, REASON_NO_HELPER, "\\x1b[2J\\x0aall is well");
}

static void what_was_said_before_the_end_is_heard(void **state)
{
    struct stage *stage = *state;
    uint64_t id = send_a_call(stage);

    accept_call(stage, id);
    /* Our call was never read: the kernel resets the connection, and what was said stays. */
    close_fd(&stage->helper);
    receive(stage);
    assert_lost(stage, REASON_HELPER_LOST, "closed the connection");
    assert_int_equal(stage->exchange.state, EXCHANGE_LOST);
    assert_true(stage->exchange.accepted_ms != 0);
}

static void a_pong_ends_the_silence_and_an_unasked_one_the_helper(void **state)
{
    struct stage *stage = *state;

    send_a_call(stage);
    send_ping(stage->channel);
    assert_true(stage->channel->ping_ms != 0);
    say(stage, &(struct message){.type = MESSAGE_PING, .id = stage->channel->ping_id});
    receive(stage);
    assert_int_equal(stage->channel->ping_ms, 0);
    say(stage, &(struct message){.type = MESSAGE_PING, .id = 1000});
    receive(stage);
    assert_lost(stage, REASON_HELPER_LOST, "answered a ping that was not sent");
}

static void raw_bytes_name_the_fault(void **state)
{
    struct stage *stage = *state;

    say_hello(stage);
    assert_int_equal(packet_send(stage->helper, (const uint8_t *)"\xc1", 1, NULL, 0), 0);
    receive(stage);
    assert_lost(stage, REASON_HELPER_LOST, "not allowed");
}

static void nothing_to_read_changes_nothing(void **state)
{
    struct stage *stage = *state;

    receive(stage);
    assert_int_equal(stage->channel->state, CHANNEL_GREETING);
    assert_int_equal(stage->exchange.state, EXCHANGE_NEW);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        STAGED(a_call_goes_from_hello_to_verdict),
        STAGED(a_verdict_may_come_with_no_acceptance_before_it),
        STAGED(the_hello_brings_limits_and_policy),
        STAGED(nothing_comes_before_the_hello),
        STAGED(a_second_acceptance_would_prolong_the_wait_and_ends_the_helper),
        STAGED(a_verdict_for_an_unknown_call_is_nobodys),
        STAGED(an_id_that_was_not_sent_yet_is_not_answered),
        STAGED(a_call_that_was_given_up_may_be_answered_once),
        STAGED(a_helper_that_leaves_too_many_calls_open_is_lost),
        STAGED(an_error_with_the_calls_id_ends_the_call_alone),
        STAGED(a_last_word_about_the_configuration_is_told_as_it_is),
        STAGED(a_last_word_cannot_steer_a_terminal),
        STAGED(what_was_said_before_the_end_is_heard),
        STAGED(a_pong_ends_the_silence_and_an_unasked_one_the_helper),
        STAGED(raw_bytes_name_the_fault),
        STAGED(nothing_to_read_changes_nothing),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
