/*
 * libvirthook's functions, as the public header has them. Runs in the caller's process, in any of
 * its threads; the caller is trusted, and kept from mistakes where that is cheap.
 *
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */
#include "hook.h"

#include "call.h"
#include "cleanup.h"
#include "clock.h"
#include "names.h"
#include "presence.h"
#include "reach.h"
#include "reason.h"
#include "reply.h"
#include "virthook-config.h"
#include "virthook.h"

#include <string.h>

/* Waiting is counted on the clock that nobody sets. */
static int init_condition(pthread_cond_t *condition)
{
    pthread_condattr_t attributes;
    int r;

    r = pthread_condattr_init(&attributes);
    if (r != 0)
        return -r;
    r = pthread_condattr_setclock(&attributes, CLOCK_MONOTONIC);
    if (r == 0)
        r = pthread_cond_init(condition, &attributes);
    pthread_condattr_destroy(&attributes);
    return -r;
}

static int init_locks(struct virthook *hook)
{
    int r = -pthread_mutex_init(&hook->lock, NULL);

    if (r < 0)
        return r;
    r = init_condition(&hook->changed);
    if (r < 0)
        pthread_mutex_destroy(&hook->lock);
    return r;
}

int virthook_open(const struct virthook_options *options, struct virthook **ret_hook)
{
    auto_free struct virthook *hook = calloc(1, sizeof(*hook));
    int r;

    if (!hook)
        return -ENOMEM;
    r = settings_read(options, &hook->settings);
    if (r < 0)
        return r;
    r = init_locks(hook);
    if (r < 0) {
        settings_clear(&hook->settings);
        return r;
    }
    hook->owner = getpid();
    *ret_hook = take_pointer(&hook);
    return 0;
}

void virthook_close(struct virthook *hook)
{
    if (!hook)
        return;
    reach_end(hook);
    failure_clear(&hook->last_failure);
    settings_clear(&hook->settings);
    if (hook->owner == getpid()) {
        pthread_cond_destroy(&hook->changed);
        pthread_mutex_destroy(&hook->lock);
    }
    free(hook);
}

static int init_call(struct call *call)
{
    call->exchange.output = -EBADF;
    call->started_ms = clock_now_ms();
    return init_condition(&call->exchange.wake);
}

static void clear_call(struct call *call)
{
    pthread_cond_destroy(&call->exchange.wake);
    message_clear(&call->exchange.verdict);
    close_fd(&call->exchange.output);
    failure_clear(&call->exchange.failure);
    failure_clear(&call->failure);
}

static void enlist(struct virthook *hook, struct call *call)
{
    call->next = hook->calls;
    hook->calls = call;
}

static void strike_off(struct virthook *hook, struct call *call)
{
    struct call **slot = &hook->calls;

    while (*slot != call)
        slot = &(*slot)->next;
    *slot = call->next;
}

static int make_reply(struct virthook *hook, struct call *call, struct virthook_reply **ret_reply)
{
    uint64_t duration_ms = clock_now_ms() - call->started_ms;
    const struct message_call *message = &call->request->message;
    bool allow;

    if (!call->failure.reason)
        return reply_from_verdict(&call->exchange.verdict, call->exchange.output, duration_ms,
                                  ret_reply);
    allow = message->class == CLASS_EVENT ||
            virthook_failure_allows(hook, message->driver, message->operation);
    return reply_from_failure(&call->failure, allow, message, duration_ms, ret_reply);
}

/* Asks a helper, and waits for what comes of it. */
static int ask(struct virthook *hook, const struct request *request,
               struct virthook_reply **ret_reply)
{
    struct call call = {.request = request};
    int r = init_call(&call);

    if (r < 0)
        return r;
    pthread_mutex_lock(&hook->lock);
    enlist(hook, &call);
    call_make(hook, &call);
    strike_off(hook, &call);
    pthread_mutex_unlock(&hook->lock);

    r = make_reply(hook, &call, ret_reply);
    clear_call(&call);
    return r;
}

/* Where event scripts are, the helper alone knows. */
static bool may_have_scripts(const struct virthook *hook, const struct message_call *message)
{
    return message->class == CLASS_EVENT || presence_is_possible(&hook->settings, message->driver);
}

int virthook_call(struct virthook *hook, const struct virthook_request *request,
                  struct virthook_reply **ret_reply)
{
    struct virthook_request known;
    struct request checked;
    const char *fault;
    int r;

    if (!hook || !ret_reply || hook->owner != getpid())
        return -EINVAL;
    r = request_read(request, &known, &checked, &fault);
    if (r < 0)
        return r;
    if (!may_have_scripts(hook, &checked.message))
        return reply_no_script(checked.message.driver, settings_hooks_dir(&hook->settings), 0,
                               ret_reply);
    r = request_take_input(&known, &checked);
    if (r < 0)
        return r;
    r = ask(hook, &checked, ret_reply);
    request_clear(&checked);
    return r;
}

/* Why a question has no answer, as the public header has it. */
static int error_of(const struct failure *failure)
{
    static const struct {
        const char *reason;
        int error;
    } errors[] = {
        {REASON_NO_HELPER, -ENOTCONN},    {REASON_CONFIG, -ENOTCONN},
        {REASON_NO_ANSWER, -ETIMEDOUT},   {REASON_HELPER_LOST, -ECONNRESET},
        {REASON_BAD_REQUEST, -EREMOTEIO},
    };

    for (size_t i = 0; i < sizeof(errors) / sizeof(errors[0]); i++) {
        if (strcmp(failure->reason, errors[i].reason) == 0)
            return errors[i].error;
    }
    return -EIO;
}

/* The text is absent where memory is short, or `ret_text` is. */
static void hand_out(const char *text, char **ret_text)
{
    if (ret_text)
        *ret_text = strdup(text);
}

/* Asks and waits. A question is not among the calls that are cancelled: it ends soon enough. */
static int inquire(struct virthook *hook, enum message_type question, char **ret_json,
                   char **ret_error)
{
    struct call call = {.exchange = {.question = question}};
    int r;

    if (!hook || hook->owner != getpid())
        return -EINVAL;
    r = init_call(&call);
    if (r < 0)
        return r;
    pthread_mutex_lock(&hook->lock);
    call_make(hook, &call);
    pthread_mutex_unlock(&hook->lock);
    if (call.failure.reason) {
        r = error_of(&call.failure);
        hand_out(failure_cause(&call.failure), ret_error);
    } else if (ret_json) {
        *ret_json = strdup(call.exchange.verdict.status.json);
        r = *ret_json ? 0 : -ENOMEM;
    }
    clear_call(&call);
    return r;
}

int virthook_status(struct virthook *hook, char **ret_json)
{
    return ret_json ? inquire(hook, MESSAGE_STATUS, ret_json, NULL) : -EINVAL;
}

int virthook_reload(struct virthook *hook, char **ret_error)
{
    return inquire(hook, MESSAGE_RELOAD, NULL, ret_error);
}

const char *virthook_request_fault(const struct virthook_request *request)
{
    struct virthook_request known;
    struct request checked;
    const char *fault = NULL;

    (void)request_read(request, &known, &checked, &fault);
    return fault;
}

bool virthook_failure_allows(struct virthook *hook, const char *driver, const char *operation)
{
    struct known_policy policy = {0};

    if (!hook)
        return policy_allows(&policy, VIRTHOOK_POLICY_PATH, driver, operation);
    pthread_mutex_lock(&hook->lock);
    policy = hook->policy;
    pthread_mutex_unlock(&hook->lock);
    return policy_allows(&policy, hook->settings.policy, driver, operation);
}

bool virthook_is_driver(const char *name)
{
    return name && name_is_driver(name);
}

bool virthook_is_kind(const char *name)
{
    return name && name_is_kind(name);
}

bool virthook_present(struct virthook *hook, const char *driver)
{
    if (!virthook_is_driver(driver))
        return false;
    return !hook || hook->owner != getpid() || presence_is_possible(&hook->settings, driver);
}

static size_t cancel_calls(struct virthook *hook, bool all, uint64_t tag)
{
    size_t count = 0;

    if (!hook || hook->owner != getpid())
        return 0;
    pthread_mutex_lock(&hook->lock);
    for (struct call *call = hook->calls; call; call = call->next) {
        if (!all && call->request->tag != tag)
            continue;
        call_cancel(hook, call);
        count++;
    }
    pthread_mutex_unlock(&hook->lock);
    return count;
}

size_t virthook_cancel(struct virthook *hook, uint64_t tag)
{
    return cancel_calls(hook, false, tag);
}

size_t virthook_cancel_all(struct virthook *hook)
{
    return cancel_calls(hook, true, 0);
}

const char *virthook_version(void)
{
    return VIRTHOOK_VERSION;
}
