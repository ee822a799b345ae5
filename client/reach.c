/*
 * The way to a helper. Runs in the caller's process.
 *
 * One thread at a time connects or spawns, and does so without the lock, since an exec or a
 * connection may take a while; the others wait for what comes of it, each as long as its own call
 * may.
 *
 * Backing off. A helper that ends before it says hello will do so again: its binary does not fit
 * the host, or a limit kills it. The first replacement is started at once, the next after 0.1 s,
 * then 0.2 s and so on up to 5 s, until a helper says hello again. A call that comes meanwhile
 * waits where enough of its two seconds is left then; else it has its failure at once, with the
 * words of the last one. A helper that could not be started at all cost next to nothing, and one
 * that refused its configuration ended in good order: both are tried again by the next call, so
 * that a mend is seen at once.
 *
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */
#include "reach.h"

#include "cleanup.h"
#include "clock.h"
#include "connect.h"
#include "reason.h"
#include "receive.h"
#include "send.h"

#include <stdio.h>
#include <string.h>
#include <sys/socket.h>

#define BACKOFF_FIRST_MS 100
#define BACKOFF_LAST_MS  5000

/* What must be left of a call's time to be acknowledged, for a helper to start in. */
#define START_MS 500

/* Killed helpers that the kernel does not let die (state D); with more, another one would not help.
 */
#define LOST_MAX 16

/* How long a helper may take to end its scripts when its channel is closed, and then to die. */
#define CLOSE_WAIT_MS 2000
#define KILL_WAIT_MS  500

static uint64_t backoff_ms(unsigned int failures)
{
    uint64_t pause = BACKOFF_FIRST_MS;

    if (failures < 2)
        return 0;
    for (unsigned int i = 2; i < failures && pause < BACKOFF_LAST_MS; i++)
        pause *= 2;
    return pause < BACKOFF_LAST_MS ? pause : BACKOFF_LAST_MS;
}

/* Takes a lost channel out of use, and learns from it. */
static void retire_channel(struct virthook *hook)
{
    struct channel *channel = hook->channel;
    bool orderly = channel->greeted || strcmp(channel->failure.reason, REASON_CONFIG) == 0;

    hook->failures = orderly ? 0 : hook->failures + 1;
    hook->retry_ms = clock_add_ms(channel->lost_ms, backoff_ms(hook->failures));
    failure_copy(&hook->last_failure, &channel->failure);
    hook->channel = NULL;
    channel->next = hook->lost;
    hook->lost = channel;
}

/* Reaps what has ended meanwhile; returns how many are left. */
static size_t reap_lost(struct virthook *hook, int wait_ms)
{
    struct channel **slot = &hook->lost;
    size_t left = 0;

    while (*slot) {
        struct channel *channel = *slot;

        if (process_reap(&channel->process, wait_ms)) {
            *slot = channel->next;
            channel_unref(channel);
        } else {
            slot = &channel->next;
            left++;
        }
    }
    return left;
}

/* Gives the channel its helper's name for messages, in place of an earlier one. */
static int name_helper(struct channel *channel, const char *what, const char *path)
{
    free(channel->who);
    if (asprintf(&channel->who, "%s %s", what, path) >= 0)
        return 0;
    channel->who = NULL;
    return -ENOMEM;
}

static int reach_service(const struct settings *settings, uint64_t until_ms,
                         struct channel *channel)
{
    int r = name_helper(channel, "the helper at", settings->socket);

    return r < 0 ? r : connect_service(settings->socket, until_ms, &channel->socket);
}

static int reach_private(const struct settings *settings, struct channel *channel)
{
    int r = name_helper(channel, "the helper", settings->helper);

    return r < 0 ? r : process_spawn(settings, &channel->process, &channel->socket);
}

static bool is_nothing_there(int r)
{
    return r == -ENOENT || r == -ECONNREFUSED;
}

/* What the error's own words do not say. */
static const char *mend_for(bool private, int r)
{
    if (!private)
        return is_nothing_there(r) ? "; start the service that listens there" : "";
    if (r == -ENOENT)
        return "; install virthook whole";
    return r == -EACCES || r == -ENOEXEC ? "; let it be virthook-helper, and executable" : "";
}

static int reach_either(const struct settings *settings, uint64_t until_ms, struct channel *channel,
                        struct failure *failure)
{
    bool private = false;
    int r = -ENOENT;

    if (settings->socket)
        r = reach_service(settings, until_ms, channel);
    if (is_nothing_there(r) && settings->helper) {
        private = true;
        r = reach_private(settings, channel);
    }
    if (r == -ETIMEDOUT)
        failure_set(failure, REASON_NO_ANSWER,
                    "%s takes no connection; it is stopped or overrun, start it anew",
                    channel->who);
    else if (r < 0)
        failure_set(failure, REASON_NO_HELPER, "%s cannot be %s: %s%s",
                    channel->who ? channel->who : "the helper", private ? "started" : "reached",
                    strerror(-r), mend_for(private, r));
    return r;
}

/* Runs without the lock: the channel is this thread's alone as yet. NULL with a failure. */
static struct channel *make_channel(struct virthook *hook, uint64_t until_ms,
                                    struct failure *failure)
{
    struct channel *channel;
    int r;

    r = channel_new(&hook->lock, &hook->policy, &channel);
    if (r < 0) {
        failure_set(failure, REASON_NO_HELPER, "there is no way to a helper: %s", strerror(-r));
        return NULL;
    }
    r = reach_either(&hook->settings, until_ms, channel, failure);
    if (r < 0) {
        channel_unref(channel);
        return NULL;
    }
    channel->made_ms = clock_now_ms();
    if (send_hello(channel, hook->settings.name) < 0)
        channel_lose(channel, REASON_NO_HELPER, "there is no memory to greet %s", channel->who);
    return channel;
}

static void open_channel(struct virthook *hook, struct call *call)
{
    struct channel *channel;

    hook->opening = true;
    pthread_mutex_unlock(&hook->lock);
    channel = make_channel(hook, call_acknowledge_end(call), &call->failure);
    pthread_mutex_lock(&hook->lock);
    hook->opening = false;
    hook->channel = channel;
    pthread_cond_broadcast(&hook->changed);
}

static void wait_for_change(struct virthook *hook, uint64_t until_ms)
{
    struct timespec until = {.tv_sec = (time_t)(until_ms / 1000),
                             .tv_nsec = (long)(until_ms % 1000) * 1000000};

    pthread_cond_timedwait(&hook->changed, &hook->lock, &until);
}

/* Waits for the time of the next try, where the call has that time. */
static void wait_for_retry(struct virthook *hook, struct call *call)
{
    if (hook->retry_ms + START_MS > call_acknowledge_end(call))
        failure_copy(&call->failure, &hook->last_failure);
    else
        wait_for_change(hook, hook->retry_ms);
}

/* One step towards a channel. Returns whether it is made. */
static bool step(struct virthook *hook, struct call *call)
{
    uint64_t end = call_acknowledge_end(call);

    if (call->cancelled_ms != 0) {
        call_fail_cancelled(call);
    } else if (clock_now_ms() >= end) {
        failure_set(&call->failure, REASON_NO_ANSWER,
                    "no helper could be started or connected to in time");
    } else if (hook->opening) {
        wait_for_change(hook, end);
    } else if (clock_now_ms() < hook->retry_ms) {
        wait_for_retry(hook, call);
    } else if (reap_lost(hook, 0) >= LOST_MAX) {
        failure_set(&call->failure, REASON_NO_HELPER,
                    "%d former helpers hang in the kernel and cannot be ended; mend the device or "
                    "file system that they wait for",
                    LOST_MAX);
    } else {
        open_channel(hook, call);
        return hook->channel;
    }
    return false;
}

/*
 * A channel that lay idle may have been lost without anybody noticing. One that this call has just
 * made is not looked at here: its loss must count as this call's.
 */
static bool has_channel(struct virthook *hook)
{
    if (!hook->channel)
        return false;
    channel_receive(hook->channel);
    if (hook->channel->state != CHANNEL_LOST)
        return true;
    retire_channel(hook);
    return false;
}

bool reach_channel(struct virthook *hook, struct call *call)
{
    reap_lost(hook, 0);
    while (!call->failure.reason) {
        if (has_channel(hook) || step(hook, call))
            return true;
    }
    return false;
}

static void end_channel(struct channel *channel)
{
    shutdown(channel->socket, SHUT_RDWR);
    process_reap(&channel->process, CLOSE_WAIT_MS);
    process_kill(&channel->process);
}

void reach_end(struct virthook *hook)
{
    bool is_ours = hook->owner == getpid();
    struct channel *channel = hook->channel;

    if (channel) {
        if (is_ours)
            end_channel(channel);
        channel->next = hook->lost;
        hook->lost = channel;
        hook->channel = NULL;
    }
    reap_lost(hook, is_ours ? KILL_WAIT_MS : 0);
    while (hook->lost) {
        channel = hook->lost;
        hook->lost = channel->next;
        channel_unref(channel);
    }
}
