/*
 * One call, and above all: its end. Runs in the caller's process, in the caller's thread, mostly in
 * a daemon that holds the lock of a guest meanwhile.
 *
 * libvirt waits for a hook without any bound, and so one hanging script stops the daemon for
 * everybody. Here the wait is bounded by this file alone. Nothing that the helper does or
 * leaves undone can make it longer: the helper may be missing, dead, stopped, slow, or lie. So
 * every state of a call has an end, computed from our own clock, and whoever waits, waits until
 * that end and no longer:
 *
 *   until it is accepted   2 s in all, from the call's beginning. In this time fit the start of
 *                          a helper, its hello, the sending, even of a second helper
 *                          where the first is lost. The helper accepts at once, before it runs
 *                          anything, so that much is enough on a busy host too.
 *   once it is accepted    the deadline that the helper named, and 1 s of grace: the helper ends
 *                          the scripts at the deadline, and then has to write its record and to say
 *                          so. The name is believed up to max_wait_ms, and up to the request's own
 *                          timeout_ms, which a helper can only shorten.
 *   once it is cancelled   6 s at the most, for the helper's word that the scripts are gone.
 *
 * What happens at the end. One late call is no proof against the helper; it may serve a hundred
 * others. So it is asked for a sign of life, one second before the end: a ping, which a helper
 * answers from its loop whatever its scripts do. At the end:
 *
 *   a verdict came          that is the verdict;
 *   the ping was answered   the helper lives, and this call alone is given up: it is cancelled, its
 *                           id is remembered, and what still comes for it is dropped;
 *   it was not              the helper is lost: a private one is killed, a service is disconnected
 *                           from. The next call starts or connects to another.
 *
 * In the last two cases, and wherever else no verdict can be had, the failure policy gives the
 * answer, never the kind of the failure.
 *
 * A helper that is lost takes its calls with it. Those that it had accepted are over: their scripts
 * may have run, and running them twice is worse than either answer. One that it had not accepted
 * has not run, so says the protocol, and is sent once more, to a fresh helper, in what is left of
 * its two seconds. The kernel keeps what a dead peer had sent, and all of that is read before the
 * channel counts as lost, so that "not accepted" is a fact and not a race.
 *
 * A socket that is full (a stopped helper, and many calls) is one more way not to answer: room in
 * it is waited for within the same two seconds.
 *
 * A question (status, reload) goes the same way, and has its answer, or none, within the first two
 * seconds: a helper answers it from its loop, whatever its scripts do.
 *
 * If our own process was stopped (a debugger, a paused guest), all ends may be past when it goes
 * on. Then each call looks into the socket once more before it gives up, and no helper is killed
 * for a ping that it had no time to answer.
 *
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */
#include "call.h"

#include "clock.h"
#include "reach.h"
#include "reason.h"
#include "receive.h"
#include "send.h"
#include "wait.h"

#include <errno.h>
#include <string.h>

/* A call is not sent a second time with less left than this: no helper starts so fast. */
#define RESEND_MS 200

/* A second try is one more; a third would meet the same fault. */
#define TRIES 2

static uint64_t least(uint64_t a, uint64_t b)
{
    return a < b ? a : b;
}

uint64_t call_acknowledge_end(const struct call *call)
{
    return call->started_ms + CALL_ACKNOWLEDGE_MS;
}

void call_fail_cancelled(struct call *call)
{
    failure_set(&call->failure, REASON_CANCELLED, "the call was cancelled");
}

/* When the helper has said everything, as far as we believe it. */
static uint64_t verdict_end(const struct virthook *hook, const struct call *call)
{
    uint64_t wish_ms = call->request->message.timeout_ms;
    uint64_t wait_ms = least(call->exchange.promised_ms, hook->settings.max_wait_ms);

    if (wish_ms > 0)
        wait_ms = least(wait_ms, wish_ms);
    return clock_add_ms(clock_add_ms(call->exchange.accepted_ms, wait_ms), CALL_GRACE_MS);
}

/* The end of the state that the call is in. */
static uint64_t state_end(const struct virthook *hook, const struct call *call)
{
    uint64_t end = call_acknowledge_end(call);

    if (call->exchange.state == EXCHANGE_ACCEPTED)
        end = verdict_end(hook, call);
    if (call->exchange.state == EXCHANGE_NEW)
        end = least(end, call->channel->made_ms + CHANNEL_GREETING_MS);
    if (call->cancelled_ms != 0)
        end = least(end, call->cancelled_ms + CALL_CANCEL_MS);
    return end;
}

/* A helper is not pinged before it said hello: it answers that first. */
static uint64_t ping_time(const struct call *call, uint64_t end)
{
    return call->exchange.state == EXCHANGE_NEW ? end : end - CALL_PING_MS;
}

/* What becomes of a helper that does not answer, in words. */
static const char *its_end(const struct channel *channel)
{
    return channel_is_private(channel) ? "it was killed" : "it was disconnected from";
}

/* The helper is lost; what it is to the other calls on it is another matter. */
static void lose_silent(struct call *call)
{
    struct channel *channel = call->channel;

    failure_set(&call->failure, REASON_NO_ANSWER,
                "%s does not answer, not even to a ping; %s, and the next call tries anew",
                channel->who, its_end(channel));
    channel_lose(channel, REASON_HELPER_LOST, "%s did not answer to a ping; %s", channel->who,
                 its_end(channel));
}

/*
 * A helper that is younger than its time to start may be ready for the next call. One that is not
 * was started by an earlier call, perhaps, and this one has time for another.
 */
static void give_up_greeting(struct call *call)
{
    struct channel *channel = call->channel;

    if (clock_now_ms() < channel->made_ms + CHANNEL_GREETING_MS - CHANNEL_SLACK_MS)
        failure_set(&call->failure, REASON_NO_ANSWER,
                    "%s was not ready in time; it is starting, so try again", channel->who);
    else
        channel_lose(channel, REASON_NO_ANSWER, "%s did not say hello within 2 s; %s", channel->who,
                     its_end(channel));
}

static void give_up_alone(struct call *call)
{
    struct channel *channel = call->channel;
    const char *what = call->exchange.question ? "did not answer within 2 s"
                       : call->exchange.state == EXCHANGE_ACCEPTED
                           ? "gave no verdict in its time; what it did then is in its audit log"
                           : "did not accept the call within 2 s";

    failure_set(&call->failure, REASON_NO_ANSWER, "%s lives, but %s", channel->who, what);
    if (call->exchange.state < EXCHANGE_SENT)
        return;
    send_cancel(channel, &call->exchange);
    channel_give_up(channel, &call->exchange);
}

/* The time of this state is over. */
static void give_up(struct call *call)
{
    if (call->exchange.state == EXCHANGE_NEW)
        give_up_greeting(call);
    else if (send_shows_silence(call->channel))
        lose_silent(call);
    else
        give_up_alone(call);
    if (call->cancelled_ms != 0)
        call_fail_cancelled(call);
}

/*
 * What is due now. Returns until when to wait for what comes next; 0 where the call's state has
 * changed, or it has failed.
 */
static uint64_t attend(const struct virthook *hook, struct call *call)
{
    enum exchange_state state = call->exchange.state;
    uint64_t end = state_end(hook, call), ping = ping_time(call, end), now = clock_now_ms();

    if (call->cancelled_ms != 0 && state < EXCHANGE_SENT) {
        call_fail_cancelled(call);
        return 0;
    }
    if (now >= end) {
        channel_receive(call->channel);
        if (call->exchange.state == state)
            give_up(call);
        return 0;
    }
    if (now < ping)
        return ping;
    if (state != EXCHANGE_NEW)
        send_ping(call->channel);
    return end;
}

/* Waits for the helper to take the call out of the state that it is in. */
static void await_change(const struct virthook *hook, struct call *call)
{
    enum exchange_state state = call->exchange.state;

    while (call->exchange.state == state && !call->failure.reason) {
        uint64_t until_ms = attend(hook, call);

        if (until_ms > 0)
            channel_wait(call->channel, &call->exchange, until_ms);
    }
}

static void await_room(const struct virthook *hook, struct call *call)
{
    uint64_t until_ms = attend(hook, call);

    if (until_ms > 0)
        channel_wait_for_room(call->channel, until_ms);
}

/* The peer is gone; what it left to be read says more than that. */
static void lose_peer(struct channel *channel, int error)
{
    channel_receive(channel);
    channel_lose(channel, REASON_HELPER_LOST, "%s is gone: %s", channel->who, strerror(-error));
}

static int send_either(struct call *call)
{
    const struct request *request = call->request;

    if (call->exchange.question)
        return send_question(call->channel, &call->exchange);
    return send_call(call->channel, &call->exchange, &request->message, request->input);
}

static void try_to_send(const struct virthook *hook, struct call *call)
{
    int r = send_either(call);

    if (r == -EAGAIN)
        await_room(hook, call);
    else if (r == -EPIPE || r == -ECONNRESET || r == -ENOTCONN)
        lose_peer(call->channel, r);
    else if (r < 0)
        failure_set(&call->failure, REASON_INTERNAL, "the call could not be sent to %s: %s",
                    call->channel->who, strerror(-r));
}

static void send_off(const struct virthook *hook, struct call *call)
{
    size_t size = call->request ? call->request->input_size : 0;

    if (size > call->channel->stdin_max) {
        failure_set(&call->failure, REASON_BAD_REQUEST,
                    "stdin has %zu bytes and %s takes %llu; raise stdin_max in its configuration",
                    size, call->channel->who, (unsigned long long)call->channel->stdin_max);
        return;
    }
    while (call->exchange.state == EXCHANGE_READY && !call->failure.reason)
        try_to_send(hook, call);
}

/* From the hello to the verdict, as far as it goes. */
static void converse(const struct virthook *hook, struct call *call)
{
    if (call->exchange.state == EXCHANGE_NEW)
        await_change(hook, call);
    if (call->exchange.state == EXCHANGE_READY && !call->failure.reason)
        send_off(hook, call);
    if (call->exchange.state == EXCHANGE_SENT && !call->failure.reason)
        await_change(hook, call);
    if (call->exchange.state == EXCHANGE_ACCEPTED && !call->failure.reason)
        await_change(hook, call);
}

/* Whether the call was lost before it ran, and another helper may have it. */
static bool may_send_again(const struct call *call)
{
    if (call->exchange.state != EXCHANGE_LOST || call->failure.reason)
        return false;
    if (call->exchange.accepted_ms != 0 || call->cancelled_ms != 0)
        return false;
    if (strcmp(call->channel->failure.reason, REASON_CONFIG) == 0)
        return false;
    return clock_now_ms() + RESEND_MS <= call_acknowledge_end(call);
}

/* Why there is no verdict, where nothing said so yet. */
static void settle(struct call *call)
{
    if (call->failure.reason || call->exchange.state == EXCHANGE_ANSWERED)
        return;
    if (call->cancelled_ms != 0)
        call_fail_cancelled(call);
    else if (call->exchange.state == EXCHANGE_REFUSED)
        failure_copy(&call->failure, &call->exchange.failure);
    else
        failure_copy(&call->failure, &call->channel->failure);
}

/* One try with one helper. Returns whether another one may be made. */
static bool try_once(struct virthook *hook, struct call *call, bool is_last)
{
    bool again;

    if (!reach_channel(hook, call))
        return false;
    call->channel = hook->channel;
    channel_join(call->channel, &call->exchange);
    converse(hook, call);
    again = !is_last && may_send_again(call);
    if (!again)
        settle(call);
    channel_leave(call->channel, &call->exchange);
    call->channel = NULL;
    return again;
}

void call_make(struct virthook *hook, struct call *call)
{
    bool again = true;

    for (int i = 1; i <= TRIES && again; i++)
        again = try_once(hook, call, i == TRIES);
}

void call_cancel(struct virthook *hook, struct call *call)
{
    if (call->cancelled_ms != 0)
        return;
    call->cancelled_ms = clock_now_ms();
    if (call->channel) {
        if (call->exchange.state == EXCHANGE_SENT || call->exchange.state == EXCHANGE_ACCEPTED)
            send_cancel(call->channel, &call->exchange);
        channel_poke(call->channel, &call->exchange);
    }
    pthread_cond_broadcast(&hook->changed);
}
