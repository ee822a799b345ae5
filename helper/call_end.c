/*
 * The end of a call: decided by the policy, recorded, answered. Helper.
 *
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */
#include "call_event.h"

#include "cleanup.h"
#include "clock.h"
#include "problem.h"
#include "reason.h"
#include "tmp.h"

#include <stdio.h>
#include <string.h>

void call_free(struct call *call)
{
    results_clear(&call->results);
    environment_clear(&call->environment);
    script_list_clear(&call->found);
    message_clear(&call->message);
    close_fd(&call->stdin_fd);
    close_fd(&call->output_fd);
    free(call->peer_name);
    free(call->peer_label);
    free(call);
}

void call_unlink(struct call *call)
{
    if (call->previous)
        call->previous->next = call->next;
    else
        call->helper->calls = call->next;
    if (call->next)
        call->next->previous = call->previous;
    call->helper->call_count--;
    if (call->peer)
        call->peer->call_count--;
}

/* Whether the operation goes on although its call failed in another way than by its scripts. */
static bool goes_on(const struct call *call)
{
    const struct message_call *request = call_request(call);

    return request->class == CLASS_EVENT ||
           failure_policy_answer(&call->helper->config->failure, request->driver,
                                 request->operation, FAILURE_OTHER) == FAILURE_ALLOW;
}

/* Memory was short on the way: the policy's word, without a sentence made to measure. */
static void decide_without_memory(const struct call *call, struct decision *ret_decision)
{
    *ret_decision = (struct decision){
        .allow = goes_on(call),
        .reason = REASON_INTERNAL,
    };
}

static void decide(const struct call *call, struct decision *ret_decision)
{
    const struct message_call *request = call_request(call);
    const struct results *results = &call->results;
    int r = -ENOMEM;

    if (!results_are_short(results) && request->class == CLASS_EVENT)
        r = verdict_of_event(results->outcomes, results->outcome_count, ret_decision);
    else if (!results_are_short(results))
        r = verdict_decide(&call->helper->config->failure, request->driver, request->operation,
                           results->outcomes, results->outcome_count, ret_decision);
    if (r < 0)
        decide_without_memory(call, ret_decision);
}

/*
 * Where nothing ran, but something stands where scripts stand, the admin wonders why: a script
 * without its execute bit, most of all. Where memory is short the shorter sentence stays.
 */
static void tell_passed_over(const struct call *call, struct decision *decision)
{
    const struct passed_over *first = call->found.passed;
    auto_free char *shown = NULL;
    char *message;

    if (call->found.passed_count == 0 || strcmp(decision->reason, REASON_NO_SCRIPT) != 0)
        return;
    shown = problem_path(first->path);
    if (!shown || asprintf(&message, "there is no script to run; %s was passed over: %s%s", shown,
                           first->why, call->found.passed_count > 1 ? "; so were others" : "") < 0)
        return;
    free(decision->message);
    decision->message = message;
}

static struct message_verdict make_verdict(const struct call *call, const struct decision *decision)
{
    static const char no_memory[] = "the helper has no memory left for this call";

    return (struct message_verdict){
        .allow = decision->allow,
        .reason = decision->reason,
        .message = decision->message ? decision->message : no_memory,
        .duration_ms = clock_now_ms() - call->received_ms,
        .has_output = call->output_fd >= 0,
        .script_count = call->results.script_count,
        .scripts = call->results.scripts,
    };
}

/*
 * A record that cannot be written is a failure like others (invariant 10): the policy answers it,
 * so that a full disk kills no running guest by way of reconnect.
 */
static void answer_for_lost_record(const struct call *call, struct message_verdict *verdict)
{
    verdict->allow = verdict->allow && goes_on(call);
    verdict->has_output = false;
    verdict->reason = REASON_AUDIT;
    verdict->message = "the audit record could not be written: make room for the log, or see "
                       "audit_full in the configuration";
}

/* NULL where there is no new XML, or it cannot be read. */
static const char *digest_output(struct call *call)
{
    if (call->output_fd < 0 ||
        digest_of_file(call->output_fd, call->output_bytes, call->output_sha256) < 0)
        return NULL;
    return call->output_sha256;
}

/* Invariant 7: no verdict without its record, unless the admin chose to count lost ones. */
static void record_end(struct call *call, struct message_verdict *verdict)
{
    struct audit_log *audit = call->helper->audit;
    uint64_t started_ms = call->started_ms ? call->started_ms : clock_now_ms();
    struct audit_result result = {
        .verdict = verdict,
        .scripts = call->results.details,
        .found = &call->found,
        .queued_ms = started_ms - call->received_ms,
        .output_bytes = call->output_bytes,
        .output_sha256 = digest_output(call),
    };

    if (audit_end(audit, &call->record, &result) == 0)
        return;
    audit_count_lost(audit);
    if (call->helper->config->audit_full == AUDIT_FULL_DENY)
        answer_for_lost_record(call, verdict);
}

static void answer(struct call *call, const struct message_verdict *verdict)
{
    struct message message = {
        .version = PROTOCOL_VERSION,
        .type = MESSAGE_VERDICT,
        .id = call->message.id,
        .verdict = *verdict,
    };

    if (call->peer)
        peer_send(call->peer, &message, verdict->has_output ? call->output_fd : -EBADF);
}

/* New XML counts only where every script did well. */
static void drop_output_of_failure(struct call *call, const struct decision *decision)
{
    if (strcmp(decision->reason, REASON_OK) == 0)
        return;
    close_fd(&call->output_fd);
    call->output_bytes = 0;
}

static void leave(struct call *call)
{
    struct helper *helper = call->helper;
    struct order *order = call_order(call);

    loop_disarm(&call->timer);
    if (call->in_order)
        order_leave(order, &call->entry);
    call_unlink(call);
    call_free(call);
    order_pump(order);
    helper_stop_when_done(helper);
}

static void release_tmp(const struct call *call)
{
    const struct message_call *request = call_request(call);

    if (request->class == CLASS_HOOK && call->started_ms &&
        tmp_is_last(request->driver, request->operation))
        tmp_release(call->helper->config->guest_tmp, request->driver, request->object);
}

void call_finish(struct call *call)
{
    struct message_verdict verdict;
    struct decision decision = {};

    release_tmp(call);
    decide(call, &decision);
    tell_passed_over(call, &decision);
    drop_output_of_failure(call, &decision);
    verdict = make_verdict(call, &decision);
    record_end(call, &verdict);
    answer(call, &verdict);
    call_end_delivery(call);
    free(decision.message);
    leave(call);
}
