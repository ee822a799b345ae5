/*
 * Events' calls, as far as they differ from hooks': not recorded where there is nothing to run, not
 * run twice, and going on when their client is gone. Helper. The request comes from a peer, checked
 * by the decoder.
 *
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */
#include "call_event.h"

#include "clock.h"
#include "reason.h"

#include <errno.h>
#include <string.h>

/* EX_TEMPFAIL of sysexits.h. */
#define AGAIN_STATUS 75

bool call_is_for_nothing(const struct call *call)
{
    const struct message_call *request = call_request(call);

    return request->class == CLASS_EVENT && strcmp(request->driver, "daemon") != 0 &&
           call->found_error == 0 && call->found.count == 0 && call->found.passed_count == 0;
}

void call_answer_nothing(struct call *call)
{
    struct message message = {
        .version = PROTOCOL_VERSION,
        .type = MESSAGE_VERDICT,
        .id = call->message.id,
        .verdict = {.allow = true,
                    .reason = REASON_NO_SCRIPT,
                    .message = "there is no script to run"},
    };

    peer_send(call->peer, &message, -EBADF);
    call_unlink(call);
    call_free(call);
}

static struct call *find_released(struct helper *helper, const char *delivery)
{
    struct call *call = helper->calls;

    while (call && (call->peer || call->cancelled || !call->delivers ||
                    strcmp(call_request(call)->delivery, delivery) != 0))
        call = call->next;
    return call;
}

bool call_resume(struct peer *peer, const struct message *message)
{
    const char *delivery = message->call.delivery;
    struct call *call = delivery ? find_released(peer->helper, delivery) : NULL;
    uint64_t now = clock_now_ms();

    if (!call)
        return false;
    call->peer = peer;
    peer->call_count++;
    call->message.id = message->id;
    call_send_accepted(call, call->deadline_ms > now ? call->deadline_ms - now : 0);
    return true;
}

/* Events of several daemons may be of objects of one name. */
const char *call_lane(const struct call *call)
{
    const struct message_call *request = call_request(call);

    return request->class == CLASS_EVENT && request->uuid ? request->uuid : request->object;
}

bool call_was_delivered(struct call *call)
{
    struct helper *helper = call->helper;
    const char *name = call_request(call)->delivery;

    if (!name)
        return false;
    if (deliveries_know(helper->deliveries, name)) {
        results_add_problem(&call->results, REASON_DELIVERED,
                            "the delivery %s has come before, and its scripts are not run again",
                            name);
        return true;
    }
    call->delivers = deliveries_add(&helper->deliveries, name) == 0;
    return false;
}

/* Whether nothing came of it yet: each of its scripts asks to be run again. */
static bool is_put_off(const struct results *results)
{
    for (size_t i = 0; i < results->script_count; i++) {
        if (results->scripts[i].exit_status != AGAIN_STATUS || results->scripts[i].retries == 0)
            return false;
    }
    return true;
}

/* Who has a verdict knows what is put off; who has none sends the delivery again. */
void call_end_delivery(struct call *call)
{
    if (call->delivers &&
        (call->results.script_count == 0 || (!call->peer && is_put_off(&call->results))))
        deliveries_forget(call->helper->deliveries, call_request(call)->delivery);
}

static size_t count_released(const struct helper *helper)
{
    size_t count = 0;

    for (const struct call *call = helper->calls; call; call = call->next)
        count += call->peer == NULL;
    return count;
}

void call_release_deliveries(struct peer *peer)
{
    struct helper *helper = peer->helper;
    size_t room = helper->config->calls_max, released = count_released(helper);

    for (struct call *call = helper->calls; call && released < room; call = call->next) {
        if (call->peer != peer || !call_request(call)->delivery || call->cancelled)
            continue;
        call->peer = NULL;
        released++;
    }
}
