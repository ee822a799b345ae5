/*
 * A channel's life: made, shared, lost. Runs in the caller's process.
 *
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */
#include "channel.h"

#include "cleanup.h"
#include "clock.h"
#include "reason.h"
#include "text.h"

#include <stdarg.h>
#include <string.h>
#include <sys/eventfd.h>
#include <sys/socket.h>

/*
 * A killed helper is gone in a millisecond or so; one that is not, since it hangs in the kernel, is
 * reaped by a later call.
 */
#define KILLED_WAIT_MS 50

static void free_channel(struct channel *channel)
{
    close_fd(&channel->socket);
    close_fd(&channel->wake);
    close_fd(&channel->process.pidfd);
    failure_clear(&channel->failure);
    free(channel->who);
    free(channel);
}

int channel_new(pthread_mutex_t *lock, struct known_policy *policy, struct channel **ret_channel)
{
    struct channel *channel = calloc(1, sizeof(*channel));
    int error;

    if (!channel)
        return -ENOMEM;
    channel->references = 1;
    channel->lock = lock;
    channel->policy = policy;
    channel->socket = -EBADF;
    channel->process = PROCESS_NONE;
    channel->made_ms = clock_now_ms();
    channel->wake = eventfd(0, EFD_CLOEXEC | EFD_NONBLOCK);
    if (channel->wake < 0) {
        error = errno;
        free_channel(channel);
        return -error;
    }
    *ret_channel = channel;
    return 0;
}

void channel_ref(struct channel *channel)
{
    channel->references++;
}

void channel_unref(struct channel *channel)
{
    if (--channel->references == 0)
        free_channel(channel);
}

bool channel_is_private(const struct channel *channel)
{
    return channel->process.pid != 0;
}

static void wake_thread(struct channel *channel, struct exchange *exchange)
{
    pthread_cond_signal(&exchange->wake);
    if (channel->reader == exchange)
        eventfd_write(channel->wake, 1);
}

void channel_set_state(struct channel *channel, struct exchange *exchange,
                       enum exchange_state state)
{
    exchange->state = state;
    wake_thread(channel, exchange);
}

void channel_poke(struct channel *channel, struct exchange *exchange)
{
    exchange->poked = true;
    wake_thread(channel, exchange);
}

static bool is_at_end(const struct exchange *exchange)
{
    return exchange->state >= EXCHANGE_ANSWERED;
}

/* The socket stays open, since threads may be waiting on it: shut down, it wakes them all. */
void channel_lose(struct channel *channel, const char *reason, const char *format, ...)
{
    auto_free char *cause = NULL;
    va_list arguments;

    if (channel->state == CHANNEL_LOST)
        return;
    va_start(arguments, format);
    cause = text_compose(format, arguments);
    va_end(arguments);
    channel->state = CHANNEL_LOST;
    channel->lost_ms = clock_now_ms();
    channel->failure.reason = reason;
    channel->failure.cause = take_pointer(&cause);
    shutdown(channel->socket, SHUT_RDWR);
    process_kill(&channel->process);
    process_reap(&channel->process, KILLED_WAIT_MS);
    for (struct exchange *each = channel->exchanges; each; each = each->next) {
        if (!is_at_end(each))
            channel_set_state(channel, each, EXCHANGE_LOST);
    }
}

void channel_join(struct channel *channel, struct exchange *exchange)
{
    exchange->state = channel->state == CHANNEL_GREETING ? EXCHANGE_NEW : EXCHANGE_READY;
    exchange->next = channel->exchanges;
    channel->exchanges = exchange;
    channel_ref(channel);
}

void channel_leave(struct channel *channel, struct exchange *exchange)
{
    struct exchange **slot = &channel->exchanges;

    while (*slot != exchange)
        slot = &(*slot)->next;
    *slot = exchange->next;
    exchange->next = NULL;
    channel_unref(channel);
}

struct exchange *channel_find(const struct channel *channel, uint64_t id)
{
    struct exchange *each = channel->exchanges;

    while (each && (each->state < EXCHANGE_SENT || each->id != id))
        each = each->next;
    return each;
}

void channel_give_up(struct channel *channel, const struct exchange *exchange)
{
    if (channel->given_up_count == CHANNEL_GIVEN_UP_MAX) {
        channel_lose(channel, REASON_HELPER_LOST, "%s left %d calls without a verdict",
                     channel->who, CHANNEL_GIVEN_UP_MAX);
        return;
    }
    channel->given_up[channel->given_up_count++] = (struct given_up){
        .question = exchange->question,
        .id = exchange->id,
        .accepted = exchange->state == EXCHANGE_ACCEPTED,
    };
}
