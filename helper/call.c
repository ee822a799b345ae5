/*
 * The beginning of a call: received, recorded, accepted; and its being taken back. Helper. The
 * request comes from a peer, checked by the decoder.
 *
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */
#include "call.h"

#include "call_event.h"
#include "cleanup.h"
#include "clock.h"
#include "error.h"
#include "fd.h"
#include "reason.h"

#include <stdio.h>
#include <string.h>

static void link_call(struct call *call)
{
    struct helper *helper = call->helper;

    call->next = helper->calls;
    if (call->next)
        call->next->previous = call;
    helper->calls = call;
    helper->call_count++;
    call->peer->call_count++;
}

static void waited_too_long(struct timer *timer)
{
    struct call *call = container_of(timer, struct call, timer);

    call_note_time_out(call);
    call_finish(call);
}

/* Takes message and descriptor over, unless memory is short: then NULL, and both stay. */
static struct call *new_call(struct peer *peer, struct message *message, int *stdin_fd)
{
    auto_free struct call *call = calloc(1, sizeof(*call));
    auto_free char *name = strdup(peer->name);
    auto_free char *label = peer->label ? strdup(peer->label) : NULL;

    if (!call || !name || (peer->label && !label) || results_init(&call->results, 0) < 0)
        return NULL;
    call->helper = peer->helper;
    call->peer = peer;
    call->message = *message;
    *message = (struct message){};
    call->stdin_fd = take_fd(stdin_fd);
    call->output_fd = -EBADF;
    call->peer_name = take_pointer(&name);
    call->peer_label = take_pointer(&label);
    call->timer.fired = waited_too_long;
    call->entry.start = call_start;
    call->received_ms = clock_now_ms();
    call->found_error = call_request(call)->class == CLASS_EVENT
                            ? call_find_scripts(call, &call->found)
                            : 0;
    call->deadline_ms = call->received_ms + call_choose_time(call);
    return take_pointer(&call);
}

/* Leaves it empty where the memfd cannot be read. */
static void note_stdin(struct call *call, size_t stdin_bytes)
{
    if (call->stdin_fd < 0)
        digest_of("", 0, call->stdin_sha256);
    else
        (void)digest_of_file(call->stdin_fd, stdin_bytes, call->stdin_sha256);
}

/* Whether the call may go on: its begin is recorded, or the admin does without. */
static bool record_begin(struct call *call, size_t stdin_bytes)
{
    struct helper *helper = call->helper;
    int r;

    note_stdin(call, stdin_bytes);
    call->record = (struct audit_call){
        .number = ++helper->call_number,
        .peer_pid = call->peer->pid,
        .peer_uid = call->peer->uid,
        .peer_name = call->peer_name,
        .peer_label = call->peer_label,
        .request = call_request(call),
        .deadline_ms = call_time(call),
        .stdin_bytes = stdin_bytes,
        .stdin_sha256 = call->stdin_sha256[0] != '\0' ? call->stdin_sha256 : NULL,
    };
    r = audit_begin(helper->audit, &call->record);
    if (r == 0)
        return true;
    audit_count_lost(helper->audit);
    if (helper->config->audit_full == AUDIT_FULL_COUNT)
        return true;
    results_add_problem(&call->results, REASON_AUDIT,
                        "the audit log %s cannot be written: %s; make room for it",
                        audit_path(helper->audit), strerror(-r));
    return false;
}

void call_send_accepted(struct call *call, uint64_t time_ms)
{
    struct message accepted = {
        .version = PROTOCOL_VERSION,
        .type = MESSAGE_ACCEPTED,
        .id = call->message.id,
        .accepted.deadline_ms = time_ms,
    };

    peer_send(call->peer, &accepted, -EBADF);
}

static void enter_order(struct call *call)
{
    const struct message_call *request = call_request(call);
    struct order *order = call_order(call);

    if (order_enter(order, &call->entry, request->driver, call_lane(call)) < 0) {
        results_add_problem(&call->results, REASON_INTERNAL, "the helper has no memory left");
        call_finish(call);
        return;
    }
    call->in_order = true;
    loop_arm(call->helper->loop, &call->timer, call->deadline_ms);
    order_pump(order);
}

static struct call *find_call(const struct peer *peer, uint64_t id)
{
    struct call *call = peer->helper->calls;

    while (call && (call->peer != peer || call->message.id != id))
        call = call->next;
    return call;
}

/* Why the configuration's profile has no sandbox, though its user exists. */
static const char *find_lack(const struct helper *helper, const struct profile *profile)
{
    if (sandbox_is_beyond(&helper->host, profile))
        return "the helper gave up at its start what it takes: name it in a rule, and restart the "
               "helper";
    return "this host cannot hold what it requires: the helper's status tells more";
}

/* Told here, where the cause is known. */
static void refuse_profile(struct peer *peer, uint64_t id, const char *name)
{
    const struct helper *helper = peer->helper;
    const struct profile *profile = profile_find(&helper->config->profiles, name);
    auto_free char *text = NULL;
    int length;

    if (profile && sandbox_lacks_user(&helper->host, profile))
        length = asprintf(&text,
                          "the profile %s cannot be used: its user '%s' does not exist; make that "
                          "user, or give the profile another",
                          name, profile->user);
    else if (profile)
        length = asprintf(&text, "the profile %s cannot be used: %s", name,
                          find_lack(helper, profile));
    else
        length = asprintf(&text,
                          "there is no profile %s in the configuration; see profiles.d beside %s",
                          name, helper->options.config);
    if (length < 0)
        text = NULL;
    peer_send_error(peer, id, PROTOCOL_E_PROFILE, text);
}

/* Why a call cannot be taken: a PROTOCOL_E_…, or 0. */
static int find_objection(const struct peer *peer, const struct message *message,
                          size_t stdin_bytes)
{
    const struct helper *helper = peer->helper;

    if (find_call(peer, message->id))
        return PROTOCOL_E_DUPLICATE_ID;
    if (helper->ending)
        return PROTOCOL_E_ENDING;
    if (peer->call_count >= helper->config->calls_max)
        return PROTOCOL_E_BUSY;
    if (stdin_bytes > helper->config->stdin_max)
        return PROTOCOL_E_STDIN;
    return 0;
}

int call_receive(struct peer *peer, struct message *message, int *stdin_fd)
{
    const char *profile = message->call.profile;
    size_t stdin_bytes = 0;
    struct call *call;
    int objection;

    if (*stdin_fd >= 0)
        fd_is_final(*stdin_fd, &stdin_bytes);
    objection = find_objection(peer, message, stdin_bytes);
    if (objection)
        return objection;
    if (profile && !sandbox_find(&peer->helper->sandboxes, profile)) {
        refuse_profile(peer, message->id, profile);
        return 0;
    }
    if (call_resume(peer, message))
        return 0;
    call = new_call(peer, message, stdin_fd);
    if (!call)
        return PROTOCOL_E_INTERNAL;
    link_call(call);
    if (call_is_for_nothing(call)) {
        call_answer_nothing(call);
        return 0;
    }
    if (!record_begin(call, stdin_bytes)) {
        call_finish(call);
        return 0;
    }
    call_send_accepted(call, call_time(call));
    if (call_was_delivered(call))
        call_finish(call);
    else
        enter_order(call);
    return 0;
}

void call_note_cancel(struct call *call)
{
    results_add_problem(&call->results, REASON_CANCELLED, "the call was cancelled by its client");
}

static void cancel(struct call *call)
{
    if (call->cancelled)
        return;
    call->cancelled = true;
    if (call->run) {
        run_cancel(call->run);
        return;
    }
    call_note_cancel(call);
    call_finish(call);
}

void call_cancel(struct peer *peer, uint64_t id)
{
    struct call *call = find_call(peer, id);

    if (call)
        cancel(call);
}

/* A cancelled call may end at once and start others, so the list is looked through anew each time.
 */
static struct call *find_uncancelled(struct helper *helper, const struct peer *peer)
{
    struct call *call = helper->calls;

    while (call && (call->cancelled || (peer && call->peer != peer)))
        call = call->next;
    return call;
}

void call_orphan_all(struct peer *peer)
{
    struct call *call;

    call_release_deliveries(peer);
    while ((call = find_uncancelled(peer->helper, peer)))
        cancel(call);
    for (call = peer->helper->calls; call; call = call->next) {
        if (call->peer == peer)
            call->peer = NULL;
    }
}

void call_cancel_all(struct helper *helper)
{
    struct call *call;

    while ((call = find_uncancelled(helper, NULL)))
        cancel(call);
}
