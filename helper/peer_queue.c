/*
 * What goes out to a client: at once, or when its socket takes it. Helper. A peer that reads
 * nothing costs memory up to a bound, and is cut off then.
 *
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */
#include "peer_queue.h"

#include "error.h"
#include "packet.h"

#include <errno.h>
#include <stdlib.h>
#include <sys/epoll.h>
#include <sys/socket.h>

/* Answers that a peer may leave unread beside those to its calls, before it is cut off. */
#define QUEUE_SLACK 64

/* A packet that the socket did not take yet. */
struct queued {
    struct queued *next;
    struct outgoing outgoing;
};

static void drop_first(struct peer *peer)
{
    struct queued *queued = peer->first;

    peer->first = queued->next;
    if (!peer->first)
        peer->last = NULL;
    peer->queue_length--;
    outgoing_clear(&queued->outgoing);
    free(queued);
}

void peer_clear_queue(struct peer *peer)
{
    while (peer->first)
        drop_first(peer);
}

void peer_cut_off(struct peer *peer)
{
    peer->cut = true;
    shutdown(peer->source.fd, SHUT_RDWR);
}

void peer_flush(struct peer *peer)
{
    while (peer->first) {
        const struct outgoing *next = &peer->first->outgoing;
        int r = packet_send(peer->source.fd, next->data, next->size, next->fds, next->fd_count);

        if (r == -EAGAIN)
            break;
        if (r < 0)
            peer_cut_off(peer);
        drop_first(peer);
    }
    loop_modify(peer->helper->loop, &peer->source, EPOLLIN | (peer->first ? EPOLLOUT : 0));
}

static void enqueue(struct peer *peer, struct queued *queued)
{
    if (peer->last)
        peer->last->next = queued;
    else
        peer->first = queued;
    peer->last = queued;
    peer->queue_length++;
}

static size_t queue_max(const struct peer *peer)
{
    size_t calls = peer->kind == PEER_ADMIN ? 0 : peer->helper->config->calls_max;

    return calls * 2 + QUEUE_SLACK;
}

void peer_send(struct peer *peer, const struct message *message, int bulk_fd)
{
    struct queued *queued = calloc(1, sizeof(*queued));

    if (!queued || packet_encode(message, SIDE_HELPER, bulk_fd, &queued->outgoing) < 0 ||
        peer->queue_length > queue_max(peer)) {
        /* An answer that cannot be given must not be waited for. */
        if (queued)
            outgoing_clear(&queued->outgoing);
        free(queued);
        peer_cut_off(peer);
        return;
    }
    enqueue(peer, queued);
    peer_flush(peer);
}

void peer_send_error(struct peer *peer, uint64_t id, int error, const char *text)
{
    struct message message = {
        .version = PROTOCOL_VERSION,
        .type = MESSAGE_ERROR,
        .id = id,
        .error.code = protocol_error_code(error),
        .error.message = text ? text : protocol_error_text(error),
    };

    if (error == PROTOCOL_E_VERSION)
        message.error.version_min = message.error.version_max = PROTOCOL_VERSION;
    peer_send(peer, &message, -EBADF);
}
