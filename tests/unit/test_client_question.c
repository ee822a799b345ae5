/*
 * What a helper's packets do to a question of a channel (status, reload): one answer, of the type
 * that was asked for, late or not; all else ends the helper, since it may be an answer to somebody
 * else.
 *
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */
#include "client_stage.h"

static void answer_status(struct stage *stage, uint64_t id, const char *json)
{
    say(stage, &(struct message){.type = MESSAGE_STATUS, .id = id, .status.json = json});
}

static void answer_reload(struct stage *stage, uint64_t id)
{
    say(stage, &(struct message){.type = MESSAGE_RELOAD, .id = id});
}

/* Hello taken and the question sent: returns its id. */
static uint64_t ask(struct stage *stage, enum message_type question)
{
    stage->exchange.question = question;
    say_hello(stage);
    receive(stage);
    assert_int_equal(send_question(stage->channel, &stage->exchange), 0);
    return stage->exchange.id;
}

/* As a caller does whose two seconds are over. */
static void give_up(struct stage *stage)
{
    channel_give_up(stage->channel, &stage->exchange);
    stage->exchange.state = EXCHANGE_REFUSED;
}

static void a_status_is_the_answer_to_its_question(void **state)
{
    struct stage *stage = *state;

    answer_status(stage, ask(stage, MESSAGE_STATUS), "{\"a\":1}");
    receive(stage);
    assert_int_equal(stage->exchange.state, EXCHANGE_ANSWERED);
    assert_string_equal(stage->exchange.verdict.status.json, "{\"a\":1}");
    assert_int_equal(stage->channel->state, CHANNEL_OPEN);
}

static void a_reload_is_done_when_the_helper_says_so(void **state)
{
    struct stage *stage = *state;

    answer_reload(stage, ask(stage, MESSAGE_RELOAD));
    receive(stage);
    assert_int_equal(stage->exchange.state, EXCHANGE_ANSWERED);
}

static void a_refused_question_has_the_helper_s_sentence_made_safe(void **state)
{
    struct stage *stage = *state;

    refuse(stage, ask(stage, MESSAGE_RELOAD), "bad-configuration", "x.conf:3: \033[2Jno");
    receive(stage);
    assert_int_equal(stage->exchange.state, EXCHANGE_REFUSED);
    assert_string_equal(failure_cause(&stage->exchange.failure), "x.conf:3: \\x1b[2Jno");
    assert_int_equal(stage->channel->state, CHANNEL_OPEN);
}

static void an_answer_of_the_other_type_is_to_nobody_s_question(void **state)
{
    struct stage *stage = *state;

    answer_reload(stage, ask(stage, MESSAGE_STATUS));
    receive(stage);
    assert_lost(stage, REASON_HELPER_LOST, "a question that was not asked");
    assert_int_equal(stage->exchange.state, EXCHANGE_LOST);
}

static void a_question_is_neither_accepted_nor_judged(void **state)
{
    struct stage *stage = *state;
    uint64_t id = ask(stage, MESSAGE_STATUS);

    say(stage, &(struct message){.type = MESSAGE_ACCEPTED, .id = id, .accepted.deadline_ms = 77});
    receive(stage);
    assert_lost(stage, REASON_HELPER_LOST, "accepted a call that was not made");
}

static void a_verdict_answers_no_question(void **state)
{
    struct stage *stage = *state;
    struct message verdict = {.type = MESSAGE_VERDICT,
                              .verdict = {.allow = true, .reason = "ok", .message = "fine"}};

    verdict.id = ask(stage, MESSAGE_STATUS);
    say(stage, &verdict);
    receive(stage);
    assert_lost(stage, REASON_HELPER_LOST, "verdict for a call that was not made");
}

static void a_status_answers_no_call(void **state)
{
    struct stage *stage = *state;

    answer_status(stage, send_a_call(stage), "{}");
    receive(stage);
    assert_lost(stage, REASON_HELPER_LOST, "a question that was not asked");
}

static void a_status_with_another_id_is_nobody_s(void **state)
{
    struct stage *stage = *state;

    answer_status(stage, ask(stage, MESSAGE_STATUS) + 1, "{}");
    receive(stage);
    assert_lost(stage, REASON_HELPER_LOST, "a question that was not asked");
}

static void a_second_answer_ends_the_helper(void **state)
{
    struct stage *stage = *state;
    uint64_t id = ask(stage, MESSAGE_STATUS);

    answer_status(stage, id, "{\"first\":1}");
    answer_status(stage, id, "{\"second\":1}");
    receive(stage);
    assert_lost(stage, REASON_HELPER_LOST, "a question that was not asked");
    assert_string_equal(stage->exchange.verdict.status.json, "{\"first\":1}");
}

static void a_late_answer_is_dropped_once(void **state)
{
    struct stage *stage = *state;
    uint64_t id = ask(stage, MESSAGE_STATUS);

    give_up(stage);
    answer_status(stage, id, "{}");
    receive(stage);
    assert_int_equal(stage->channel->state, CHANNEL_OPEN);
    assert_int_equal(stage->channel->given_up_count, 0);
    assert_null(stage->exchange.verdict.status.json);
    answer_status(stage, id, "{}");
    receive(stage);
    assert_lost(stage, REASON_HELPER_LOST, "a question that was not asked");
}

static void a_late_answer_of_the_other_type_ends_the_helper(void **state)
{
    struct stage *stage = *state;
    uint64_t id = ask(stage, MESSAGE_RELOAD);

    give_up(stage);
    answer_status(stage, id, "{}");
    receive(stage);
    assert_lost(stage, REASON_HELPER_LOST, "a question that was not asked");
}

static void a_late_refusal_is_dropped(void **state)
{
    struct stage *stage = *state;
    uint64_t id = ask(stage, MESSAGE_RELOAD);

    give_up(stage);
    refuse(stage, id, "bad-configuration", "x.conf:3: no");
    receive(stage);
    assert_int_equal(stage->channel->state, CHANNEL_OPEN);
    assert_int_equal(stage->channel->given_up_count, 0);
}

static void an_answer_before_the_question_ends_the_helper(void **state)
{
    struct stage *stage = *state;

    say_hello(stage);
    answer_status(stage, 1, "{}");
    receive(stage);
    assert_lost(stage, REASON_HELPER_LOST, "a question that was not asked");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        STAGED(a_status_is_the_answer_to_its_question),
        STAGED(a_reload_is_done_when_the_helper_says_so),
        STAGED(a_refused_question_has_the_helper_s_sentence_made_safe),
        STAGED(an_answer_of_the_other_type_is_to_nobody_s_question),
        STAGED(a_question_is_neither_accepted_nor_judged),
        STAGED(a_verdict_answers_no_question),
        STAGED(a_status_answers_no_call),
        STAGED(a_status_with_another_id_is_nobody_s),
        STAGED(a_second_answer_ends_the_helper),
        STAGED(a_late_answer_is_dropped_once),
        STAGED(a_late_answer_of_the_other_type_ends_the_helper),
        STAGED(a_late_refusal_is_dropped),
        STAGED(an_answer_before_the_question_ends_the_helper),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
