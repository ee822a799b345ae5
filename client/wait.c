/*
 * Waiting, many threads on one channel and no thread of our own. Runs in the caller's process.
 *
 * Leader and followers: of the threads that wait for something, exactly one, the reader, polls the
 * socket; the others sleep on a condition of their own each. The reader takes what comes and
 * wakes those whom it concerns. When it has what it came for, it hands the reading on to any
 * other that waits; where none does, nobody reads until the next call comes.
 *
 * Each thread keeps its own time: the reader by the poll, the others by their timed wait. So no
 * thread's bound depends on another thread's being scheduled, nor on the helper. A thread that
 * must look up although nothing came (its call was cancelled) is poked: a follower by its
 * condition, the reader by the eventfd that it polls as well.
 *
 * Packets are taken under the lock, so that whoever comes to the end of its time may look into the
 * socket once more, even while another thread is the reader.
 *
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */
#include "wait.h"

#include "clock.h"
#include "receive.h"

#include <poll.h>
#include <sys/eventfd.h>

static void wait_as_reader(struct channel *channel, struct exchange *exchange, uint64_t until_ms)
{
    struct pollfd fds[] = {{.fd = channel->socket, .events = POLLIN},
                           {.fd = channel->wake, .events = POLLIN}};
    eventfd_t count;

    channel->reader = exchange;
    pthread_mutex_unlock(channel->lock);
    poll(fds, 2, clock_timeout_ms(until_ms)); /* a signal: the caller's loop comes again */
    pthread_mutex_lock(channel->lock);
    channel->reader = NULL;
    eventfd_read(channel->wake, &count);
    channel_receive(channel);
}

static void wait_as_follower(struct channel *channel, struct exchange *exchange, uint64_t until_ms)
{
    struct timespec until = {.tv_sec = (time_t)(until_ms / 1000),
                             .tv_nsec = (long)(until_ms % 1000) * 1000000};

    pthread_cond_timedwait(&exchange->wake, channel->lock, &until);
}

/* Wakes one that waits, so that the socket does not go without a reader. */
static void hand_over(struct channel *channel)
{
    struct exchange *each = channel->exchanges;

    while (each && !each->waiting)
        each = each->next;
    if (each)
        pthread_cond_signal(&each->wake);
}

void channel_wait(struct channel *channel, struct exchange *exchange, uint64_t until_ms)
{
    enum exchange_state before = exchange->state;

    exchange->waiting = true;
    while (exchange->state == before && !exchange->poked && clock_now_ms() < until_ms) {
        if (channel->reader)
            wait_as_follower(channel, exchange, until_ms);
        else
            wait_as_reader(channel, exchange, until_ms);
    }
    exchange->waiting = false;
    exchange->poked = false;
    if (!channel->reader)
        hand_over(channel);
}

void channel_wait_for_room(struct channel *channel, uint64_t until_ms)
{
    struct pollfd pollfd = {.fd = channel->socket, .events = POLLOUT};

    pthread_mutex_unlock(channel->lock);
    poll(&pollfd, 1, clock_timeout_ms(until_ms));
    pthread_mutex_lock(channel->lock);
}
