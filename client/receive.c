/*
 * What a helper says. Runs in the caller's process, mostly a daemon that is root: nothing of what
 * comes here is trusted. packet_receive() and packet_decode() have judged bytes and
 * descriptors; here it is judged whether the packet makes sense now.
 *
 * A helper may say only what answers us:
 *
 *   hello      once, first
 *   accepted   once, for a call that we sent
 *   verdict    once, for a call that we sent
 *   status, reload
 *              once, for a question of that type that we sent
 *   error      for a call in place of accepted or verdict, and for a question; with id 0, as its
 *              last word
 *   ping       for the ping that we sent
 *
 * Whatever else it says means that it cannot be relied on, and so it is lost: a wrong id may be a
 * verdict for somebody else's guest. It follows that a helper cannot keep us busy by sending much.
 * What comes for a call that we gave up is the one exception; it is expected, and dropped.
 *
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */
#include "receive.h"

#include "cleanup.h"
#include "clock.h"
#include "decode.h"
#include "reason.h"
#include "text.h"

#include <stdio.h>
#include <string.h>

/* Packets that are taken in one go. */
#define RECEIVE_BATCH 64

/* A helper that has closed its socket is at its end, or close to it: its exit status says more. */
#define ENDING_WAIT_MS 50

/* Why a packet is wrong, in words; NULL where it is not. */
typedef const char *complaint;

static complaint take_hello(struct channel *channel, const struct message_hello *hello)
{
    if (channel->state != CHANNEL_GREETING)
        return "it sent a second hello";
    if (hello->version_min > PROTOCOL_VERSION || hello->version_max < PROTOCOL_VERSION)
        return "it speaks no version of the protocol that this library speaks; install both of one "
               "release";
    channel->state = CHANNEL_OPEN;
    channel->greeted = true;
    channel->stdin_max = hello->stdin_max;
    if (hello->has_policy)
        policy_learn(channel->policy, &hello->policy);
    for (struct exchange *each = channel->exchanges; each; each = each->next)
        channel_set_state(channel, each, EXCHANGE_READY);
    return NULL;
}

/* The exchange or the given up one with this id, of a call (0) or of a question of that type. */
static struct exchange *find_asked(const struct channel *channel, uint64_t id,
                                   enum message_type question)
{
    struct exchange *exchange = channel_find(channel, id);

    return exchange && exchange->question == question ? exchange : NULL;
}

static struct given_up *find_given_up(struct channel *channel, uint64_t id)
{
    for (size_t i = 0; i < channel->given_up_count; i++) {
        if (channel->given_up[i].id == id)
            return &channel->given_up[i];
    }
    return NULL;
}

static struct given_up *find_late(struct channel *channel, uint64_t id, enum message_type question)
{
    struct given_up *late = find_given_up(channel, id);

    return late && late->question == question ? late : NULL;
}

static void forget_given_up(struct channel *channel, struct given_up *entry)
{
    *entry = channel->given_up[--channel->given_up_count];
}

static complaint take_accepted(struct channel *channel, uint64_t id, uint64_t deadline_ms)
{
    struct exchange *exchange = find_asked(channel, id, 0);
    struct given_up *late = find_late(channel, id, 0);

    if (exchange && exchange->state == EXCHANGE_SENT) {
        exchange->accepted_ms = clock_now_ms();
        exchange->promised_ms = deadline_ms;
        channel_set_state(channel, exchange, EXCHANGE_ACCEPTED);
        return NULL;
    }
    if (!late || late->accepted)
        return "it accepted a call that was not made";
    late->accepted = true;
    return NULL;
}

/* Whether the helper still owes the end of this call. */
static bool is_open(const struct exchange *exchange)
{
    return exchange->state == EXCHANGE_SENT || exchange->state == EXCHANGE_ACCEPTED;
}

/* Takes the verdict and its output, which are the exchange's then. */
static complaint take_verdict(struct channel *channel, struct message *message, int *output)
{
    struct exchange *exchange = find_asked(channel, message->id, 0);
    struct given_up *late = find_late(channel, message->id, 0);

    if (exchange && is_open(exchange)) {
        exchange->verdict = *message;
        exchange->output = take_fd(output);
        memset(message, 0, sizeof(*message));
        channel_set_state(channel, exchange, EXCHANGE_ANSWERED);
        return NULL;
    }
    if (!late)
        return "it gave a verdict for a call that was not made";
    forget_given_up(channel, late);
    return NULL;
}

/* Takes what answers a question: a status with its JSON, or the word that the reload is done. */
static complaint take_answer(struct channel *channel, struct message *message)
{
    struct exchange *exchange = find_asked(channel, message->id, message->type);
    struct given_up *late = find_late(channel, message->id, message->type);

    if (exchange && exchange->state == EXCHANGE_SENT) {
        exchange->verdict = *message;
        memset(message, 0, sizeof(*message));
        channel_set_state(channel, exchange, EXCHANGE_ANSWERED);
        return NULL;
    }
    if (!late)
        return "it answered a question that was not asked";
    forget_given_up(channel, late);
    return NULL;
}

static complaint take_pong(struct channel *channel, uint64_t id)
{
    if (channel->ping_id == 0 || channel->ping_id != id)
        return "it answered a ping that was not sent";
    channel->ping_id = 0;
    channel->ping_ms = 0;
    return NULL;
}

/* The helper's last word: it will close the channel, or has broken off already. */
static void take_last_word(struct channel *channel, const struct message_error *error)
{
    auto_free char *text = text_escape(error->message, strlen(error->message), false);
    const char *said = text ? text : error->code;

    if (strcmp(error->code, protocol_error_code(PROTOCOL_E_CONFIG)) == 0)
        channel_lose(channel, REASON_CONFIG, "%s", said);
    else if (channel->state == CHANNEL_GREETING)
        channel_lose(channel, REASON_NO_HELPER, "%s refused to serve: %s", channel->who, said);
    else
        channel_lose(channel, REASON_HELPER_LOST, "%s broke off: %s", channel->who, said);
}

/* A helper that ends took nothing of the call, and the next one may. */
static const char *reason_of_refusal(const char *code)
{
    if (strcmp(code, protocol_error_code(PROTOCOL_E_BUSY)) == 0)
        return REASON_BUSY;
    if (strcmp(code, protocol_error_code(PROTOCOL_E_ENDING)) == 0)
        return REASON_NO_HELPER;
    return REASON_BAD_REQUEST;
}

/* A refused question has the helper's sentence alone: it names a file and a line, or the mend. */
static void refuse(const struct channel *channel, struct exchange *exchange,
                   const struct message_error *error)
{
    auto_free char *text = text_escape(error->message, strlen(error->message), false);

    if (exchange->question)
        failure_set(&exchange->failure, REASON_BAD_REQUEST, "%s", text ? text : error->code);
    else
        failure_set(&exchange->failure, reason_of_refusal(error->code),
                    "%s refused the call (%s): %s", channel->who, error->code, text ? text : "");
}

static complaint take_error(struct channel *channel, uint64_t id, const struct message_error *error)
{
    struct exchange *exchange = channel_find(channel, id);
    struct given_up *late = find_given_up(channel, id);

    if (exchange && is_open(exchange)) {
        refuse(channel, exchange, error);
        channel_set_state(channel, exchange, EXCHANGE_REFUSED);
        return NULL;
    }
    if (!late)
        return "it sent an error about a call that was not made";
    forget_given_up(channel, late);
    return NULL;
}

static complaint take_message(struct channel *channel, struct message *message, int *bulk)
{
    if (message->type == MESSAGE_ERROR && message->id == 0) {
        take_last_word(channel, &message->error);
        return NULL;
    }
    if (message->type == MESSAGE_HELLO)
        return take_hello(channel, &message->hello);
    if (channel->state == CHANNEL_GREETING)
        return "its first packet is not a hello";
    if (message->type == MESSAGE_ACCEPTED)
        return take_accepted(channel, message->id, message->accepted.deadline_ms);
    if (message->type == MESSAGE_VERDICT)
        return take_verdict(channel, message, bulk);
    if (message->type == MESSAGE_STATUS || message->type == MESSAGE_RELOAD)
        return take_answer(channel, message);
    if (message->type == MESSAGE_PING)
        return take_pong(channel, message->id);
    if (message->type == MESSAGE_ERROR)
        return take_error(channel, message->id, &message->error);
    return "it sent a type of packet that was not asked for";
}

/* What the loss of this channel is to the calls on it. */
static const char *loss_reason(const struct channel *channel)
{
    return channel->greeted ? REASON_HELPER_LOST : REASON_NO_HELPER;
}

static void lose_offender(struct channel *channel, complaint what)
{
    channel_lose(channel, loss_reason(channel), "%s broke the protocol: %s", channel->who, what);
}

/* The fault is ours: memory or descriptors are short, and the packet is gone. */
static void lose_unread(struct channel *channel, int error)
{
    channel_lose(channel, loss_reason(channel), "what %s said could not be read: %s", channel->who,
                 strerror(-error));
}

static void take_packet(struct channel *channel)
{
    auto_message struct message message = {0};
    auto_close int bulk = -EBADF;
    char sentence[PROTOCOL_SENTENCE_MAX];
    complaint what = NULL;
    uint64_t id = 0;
    int r;

    r = packet_decode(&channel->packet, SIDE_HELPER, &message, &bulk, &id);
    if (r < 0) {
        lose_unread(channel, r);
        return;
    }
    if (r > 0) {
        protocol_error_sentence(r, channel->packet.wrong_field, sentence, sizeof(sentence));
        what = sentence;
    } else {
        what = take_message(channel, &message, &bulk);
    }
    if (what)
        lose_offender(channel, what);
}

static void lose_ended(struct channel *channel)
{
    const char *when = channel->greeted ? "" : " before it was ready";
    char end[64];

    if (!channel_is_private(channel)) {
        channel_lose(channel, loss_reason(channel), "%s closed the connection%s", channel->who,
                     when);
        return;
    }
    process_reap(&channel->process, ENDING_WAIT_MS);
    process_describe_end(&channel->process, end, sizeof(end));
    channel_lose(channel, loss_reason(channel), "%s %s%s; what it said of it is on stderr",
                 channel->who, end, when);
}

/*
 * A peer that closes with packets of ours unread resets the connection. The kernel tells that
 * first, but once, and what the peer had sent before can be read still: perhaps that it accepted.
 */
static bool is_first_reset(struct channel *channel, int r)
{
    bool first = r == -ECONNRESET && !channel->reset_seen;

    channel->reset_seen |= first;
    return first;
}

void channel_receive(struct channel *channel)
{
    for (int i = 0; i < RECEIVE_BATCH && channel->state != CHANNEL_LOST; i++) {
        int r = packet_receive(channel->socket, &channel->packet);

        if (r == 0)
            take_packet(channel);
        else if (r == -EAGAIN)
            return;
        else if (r > 0)
            lose_offender(channel, protocol_error_text(r));
        else if (r == -EPIPE || (r == -ECONNRESET && channel->reset_seen))
            lose_ended(channel);
        else if (!is_first_reset(channel, r))
            lose_unread(channel, r);
    }
}
