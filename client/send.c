/*
 * What is said to a helper. Runs in the caller's process; nothing here waits.
 *
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */
#include "send.h"

#include "clock.h"

#include <errno.h>

int send_hello(struct channel *channel, const char *name)
{
    struct message message = {
        .type = MESSAGE_HELLO,
        .hello = {.version_min = PROTOCOL_VERSION, .version_max = PROTOCOL_VERSION, .name = name},
    };
    int r = packet_send_message(channel->socket, &message, SIDE_CLIENT, -EBADF);

    return r == -ENOMEM ? r : 0;
}

int send_call(struct channel *channel, struct exchange *exchange, const struct message_call *call,
              int stdin_fd)
{
    struct message message = {.type = MESSAGE_CALL, .id = channel->last_id + 1, .call = *call};
    int r;

    r = packet_send_message(channel->socket, &message, SIDE_CLIENT, stdin_fd);
    if (r < 0)
        return r;
    channel->last_id = message.id;
    exchange->id = message.id;
    exchange->state = EXCHANGE_SENT;
    return 0;
}

int send_question(struct channel *channel, struct exchange *exchange)
{
    struct message message = {.type = exchange->question, .id = channel->last_id + 1};
    int r = packet_send_message(channel->socket, &message, SIDE_CLIENT, -EBADF);

    if (r < 0)
        return r;
    channel->last_id = message.id;
    exchange->id = message.id;
    exchange->state = EXCHANGE_SENT;
    return 0;
}

static int send_ping_packet(struct channel *channel, uint64_t id)
{
    struct message message = {.type = MESSAGE_PING, .id = id};

    return packet_send_message(channel->socket, &message, SIDE_CLIENT, -EBADF);
}

void send_ping(struct channel *channel)
{
    if (channel->ping_ms != 0)
        return;
    channel->ping_ms = clock_now_ms();
    if (send_ping_packet(channel, channel->last_id + 1) == 0)
        channel->ping_id = ++channel->last_id;
}

bool send_shows_silence(struct channel *channel)
{
    uint64_t now = clock_now_ms();

    if (channel->ping_ms == 0 || now < channel->ping_ms + CHANNEL_SILENCE_MS)
        return false;
    if (channel->ping_id != 0)
        return true;
    /* The ping did not go at its time. If it goes now, the helper has read from the socket. */
    channel->ping_ms = 0;
    send_ping(channel);
    return channel->ping_id == 0;
}

void send_cancel(struct channel *channel, const struct exchange *exchange)
{
    struct message message = {.type = MESSAGE_CANCEL, .id = exchange->id};

    if (exchange->question)
        return;
    packet_send_message(channel->socket, &message, SIDE_CLIENT, -EBADF);
}
