/*
 * One delivery: its call, or the calls of those of its scripts that are to be run again.
 * virteventd. What the helper answers is trusted as far as the library has checked it.
 *
 * A call is sent again under its own name where it is not known to have begun: the helper knows
 * those that did. A retry has a name of its own. So a virteventd that is killed delivers nothing
 * twice where the helper goes on living.
 *
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */
#include "deliver.h"

#include "cleanup.h"
#include "text.h"

#include <errno.h>
#include <stdio.h>
#include <string.h>

static void cleanup_reply(struct virthook_reply **slot)
{
    virthook_reply_free(*slot);
}

#define auto_reply __attribute__((cleanup(cleanup_reply)))

static bool is_one_of(const char *reason, const char *const *list)
{
    for (; *list; list++) {
        if (strcmp(reason, *list) == 0)
            return true;
    }
    return false;
}

/* A name that cannot be an object's, as a secret's may be: with '_' for what cannot be in it. */
static void replace_slashes(const char *name, char *ret_name, size_t size)
{
    (void)snprintf(ret_name, size, "%s", name[0] ? name : "-");
    for (char *at = ret_name; *at; at++) {
        if (*at == '/' || *at == '\n')
            *at = '_';
    }
}

/* What cannot be said in a call's own fields is left to the document, which has all of it. */
static void make_possible(struct virthook_request *request, const struct delivery *delivery,
                          char *name, size_t size)
{
    if (!virthook_request_fault(request))
        return;
    replace_slashes(delivery->object, name, size);
    if (delivery->uuid[0] && strcmp(name, delivery->object) != 0)
        request->object = delivery->uuid;
    else
        request->object = name;
    if (!virthook_request_fault(request))
        return;
    request->extra = NULL;
    if (virthook_request_fault(request))
        request->uuid = NULL;
    if (virthook_request_fault(request))
        request->uri = NULL;
}

/* The outcome of a call of which there is no reply. */
static enum deliver_outcome judge_error(int error, const struct virthook_request *request,
                                        char note[DELIVER_NOTE_SIZE])
{
    const char *fault = error == -EINVAL ? virthook_request_fault(request) : NULL;

    (void)snprintf(note, DELIVER_NOTE_SIZE, "%s", fault ? fault : strerror(-error));
    return error == -EINVAL || error == -E2BIG ? DELIVER_REFUSED : DELIVER_NO_HELPER;
}

static enum deliver_outcome judge_reply(const struct virthook_reply *reply,
                                        char note[DELIVER_NOTE_SIZE])
{
    /* Nobody but a helper that ends cancels these calls, with scripts that ran or waited. */
    static const char *const absent[] = {"no-helper",         "no-answer", "helper-lost", "busy",
                                         "bad-configuration", "cancelled", NULL};
    static const char *const idle[] = {"audit-failed", "internal", "timed-out", NULL};

    (void)snprintf(note, DELIVER_NOTE_SIZE, "%s", reply->message);
    if (is_one_of(reply->reason, absent))
        return DELIVER_NO_HELPER;
    if (strcmp(reply->reason, "bad-request") == 0)
        return DELIVER_REFUSED;
    if (reply->script_count == 0 && is_one_of(reply->reason, idle))
        return DELIVER_NOT_RUN;
    return DELIVER_DONE;
}

/* One call; `only` is NULL for all scripts. There is a reply where the outcome is DELIVER_DONE. */
static enum deliver_outcome call(const struct deliver *deliver, const struct delivery *delivery,
                                 const char *only, char note[DELIVER_NOTE_SIZE],
                                 struct virthook_reply **ret_reply)
{
    const char *prefix = delivery->is_unkept ? deliver->unkept_prefix
                                             : store_prefix(deliver->store);
    char id[DELIVERY_NAME_SIZE], name[1024];
    auto_free char *line = NULL;
    struct virthook_request request = {
        .size = sizeof(request),
        .event = true,
        .driver = delivery->kind,
        .object = delivery->object,
        .uuid = delivery->uuid[0] ? delivery->uuid : NULL,
        .operation = delivery->event,
        .sub_operation = delivery->detail,
        .extra = delivery->extra,
        .only = only,
        .delivery = id,
        .uri = delivery->uri[0] ? delivery->uri : NULL,
    };
    int r;

    if (asprintf(&line, "%s\n", delivery->document) < 0) {
        line = NULL;
        return judge_error(-ENOMEM, &request, note);
    }
    request.input = line;
    request.input_size = strlen(line);
    delivery_name(delivery, prefix, id);
    make_possible(&request, delivery, name, sizeof(name));
    r = virthook_call(deliver->hook, &request, ret_reply);
    return r < 0 ? judge_error(r, &request, note) : judge_reply(*ret_reply, note);
}

static bool is_to_be_tried_again(const struct virthook_script *script)
{
    return script->exit_status == DELIVER_AGAIN_STATUS && script->retries > 0;
}

static enum deliver_outcome deliver_to_all(const struct deliver *deliver, struct delivery *delivery,
                                           struct deliver_result *result)
{
    auto_reply struct virthook_reply *reply = NULL;
    enum deliver_outcome outcome = call(deliver, delivery, NULL, result->note, &reply);

    if (outcome != DELIVER_DONE)
        return outcome;
    for (size_t i = 0; i < reply->script_count; i++) {
        const struct virthook_script *script = &reply->scripts[i];

        if (is_to_be_tried_again(script) &&
            delivery_add_retry(delivery, script->path, script->retries) < 0)
            fprintf(stderr, "virteventd: memory is short: %s is not run again\n", script->path);
    }
    if (delivery->retry_count == 0)
        return DELIVER_DONE;
    delivery->attempt++;
    (void)store_retry(deliver->store, delivery);
    return DELIVER_AGAIN;
}

/* Whether the only script of the reply is to be tried once more. */
static bool failed_again(const struct virthook_reply *reply)
{
    return reply->script_count == 1 && reply->scripts[0].exit_status == DELIVER_AGAIN_STATUS;
}

/* Names are anybody's, and stderr may be a terminal. */
static void describe(const struct delivery *delivery, const char *what,
                     char ret_note[DELIVER_NOTE_SIZE])
{
    char line[DELIVER_NOTE_SIZE * 2];
    auto_free char *safe = NULL;

    (void)snprintf(line, sizeof(line), "%s %s %s: %s", delivery->kind, delivery->object,
                   delivery->event, what);
    safe = text_escape(line, strlen(line), false);
    (void)snprintf(ret_note, DELIVER_NOTE_SIZE, "%s", safe ? safe : delivery->event);
}

/* Runs one of the scripts again; true goes on with `*index`, which stands at the next one then. */
static bool deliver_to_one(const struct deliver *deliver, struct delivery *delivery, size_t *index,
                           struct deliver_result *result)
{
    struct delivery_retry *retry = &delivery->retries[*index];
    auto_reply struct virthook_reply *reply = NULL;

    result->outcome = call(deliver, delivery, retry->script, result->note, &reply);
    if (result->outcome != DELIVER_DONE)
        return false;
    result->retried++;
    delivery->attempt++;
    if (failed_again(reply) && retry->left > 1) {
        retry->left--;
        (*index)++;
    } else {
        if (failed_again(reply)) {
            result->given_up++;
            describe(delivery, retry->script, result->given_up_note);
        }
        delivery_drop_retry(delivery, *index);
    }
    if (delivery->retry_count > 0)
        (void)store_retry(deliver->store, delivery);
    return true;
}

static enum deliver_outcome deliver_round(struct deliver *deliver, struct delivery *delivery,
                                          struct deliver_result *result)
{
    for (size_t i = 0; i < delivery->retry_count;) {
        if (__atomic_load_n(&deliver->is_stopping, __ATOMIC_RELAXED))
            return DELIVER_STOPPED;
        if (!deliver_to_one(deliver, delivery, &i, result))
            return result->outcome;
    }
    delivery->rounds++;
    return delivery->retry_count > 0 ? DELIVER_AGAIN : DELIVER_DONE;
}

void deliver(struct deliver *deliver, struct delivery *delivery, struct deliver_result *ret_result)
{
    struct deliver_result result = {0};

    result.outcome = delivery->attempt == 1 ? deliver_to_all(deliver, delivery, &result)
                                            : deliver_round(deliver, delivery, &result);
    if (result.outcome == DELIVER_REFUSED || result.outcome == DELIVER_NOT_RUN) {
        char reason[DELIVER_NOTE_SIZE];

        (void)snprintf(reason, sizeof(reason), "%s", result.note);
        describe(delivery, reason, result.note);
    }
    *ret_result = result;
}
