/*
 * A client's connection: its coming and going, and its packets. Helper. Every byte and descriptor
 * that comes is untrusted; a peer that breaks the protocol is closed, and the calls of others go
 * on.
 *
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */
#include "peer.h"

#include "call.h"
#include "cleanup.h"
#include "clock.h"
#include "decode.h"
#include "error.h"
#include "packet.h"
#include "peer_queue.h"
#include "status.h"
#include "text.h"

#include <stdio.h>
#include <string.h>
#include <sys/epoll.h>
#include <sys/socket.h>

/* Admins that are connected; with one more the first of them goes. */
#define ADMINS_MAX 16

/* Packets thrown away at the most before a peer that broke the protocol is closed. */
#define UNREAD_MAX 256

/* Bytes of a security module's label; a longer one is not told. */
#define LABEL_MAX 4096

static void free_peer(struct peer *peer)
{
    peer_clear_queue(peer);
    close_fd(&peer->source.fd);
    free(peer->name);
    free(peer->label);
    free(peer);
}

static void unlink_peer(struct peer *peer)
{
    struct peer **slot = &peer->helper->peers;

    while (*slot != peer)
        slot = &(*slot)->next;
    *slot = peer->next;
}

/* The peer is gone, or shall be. */
static void remove_peer(struct peer *peer)
{
    struct helper *helper = peer->helper;
    bool owner = peer->kind == PEER_OWNER;

    loop_remove(helper->loop, &peer->source);
    call_orphan_all(peer);
    unlink_peer(peer);
    free_peer(peer);
    if (owner)
        helper_end(helper);
}

/* --- in --- */

static void take_hello(struct peer *peer, const struct message *message)
{
    peer->name = text_escape(message->hello.name, strlen(message->hello.name), false);
    if (!peer->name) {
        peer_cut_off(peer);
        return;
    }
    peer->greeted = true;
}

static void send_pong(struct peer *peer, uint64_t id)
{
    struct message pong = {.version = PROTOCOL_VERSION, .type = MESSAGE_PING, .id = id};

    peer_send(peer, &pong, -EBADF);
}

static void send_status(struct peer *peer, uint64_t id)
{
    auto_free char *json = status_json(peer->helper);
    struct message status = {
        .version = PROTOCOL_VERSION,
        .type = MESSAGE_STATUS,
        .id = id,
        .status.json = json,
    };

    if (json)
        peer_send(peer, &status, -EBADF);
    else
        peer_send_error(peer, id, PROTOCOL_E_INTERNAL, NULL);
}

static void reload(struct peer *peer, uint64_t id)
{
    struct message done = {.version = PROTOCOL_VERSION, .type = MESSAGE_RELOAD, .id = id};
    auto_free char *error = NULL;
    int r = helper_reload(peer->helper, &error);

    if (r == 0)
        peer_send(peer, &done, -EBADF);
    else
        peer_send_error(peer, id, r > 0 ? PROTOCOL_E_CONFIG : PROTOCOL_E_INTERNAL, error);
}

static bool may_say(const struct peer *peer, enum message_type type)
{
    return peer->kind != PEER_ADMIN || (type != MESSAGE_CALL && type != MESSAGE_CANCEL);
}

/* The closed table of what a client may ask for, once it has said hello: 0 or a PROTOCOL_E_…. */
static int dispatch(struct peer *peer, struct message *message, int *bulk_fd)
{
    if (!may_say(peer, message->type))
        return PROTOCOL_E_NOT_HERE;
    switch (message->type) {
    case MESSAGE_CALL:
        return call_receive(peer, message, bulk_fd);
    case MESSAGE_CANCEL:
        call_cancel(peer, message->id);
        break;
    case MESSAGE_PING:
        send_pong(peer, message->id);
        break;
    case MESSAGE_STATUS:
        send_status(peer, message->id);
        break;
    case MESSAGE_RELOAD:
        reload(peer, message->id);
        break;
    case MESSAGE_HELLO:
    case MESSAGE_ACCEPTED:
    case MESSAGE_VERDICT:
    case MESSAGE_ERROR:
        /* The decoder lets none of these through from a client, and hello is taken before. */
        break;
    }
    return 0;
}

/* A close with packets unread would reach the peer before the error that was sent to it. */
static void discard_unread(struct peer *peer)
{
    char byte;

    for (int i = 0; i < UNREAD_MAX; i++) {
        if (recv(peer->source.fd, &byte, sizeof(byte), MSG_DONTWAIT) <= 0)
            break;
    }
}

/*
 * A wrong packet: told; where its framing is wrong, or it came before the hello, the connection
 * ends.
 */
static void object(struct peer *peer, uint64_t id, int error, const char *field)
{
    char sentence[PROTOCOL_SENTENCE_MAX];

    protocol_error_sentence(error, field, sentence, sizeof(sentence));
    peer_send_error(peer, id, error, sentence);
    if (id == 0 || !peer->greeted || !protocol_error_is_content(error)) {
        discard_unread(peer);
        remove_peer(peer);
    }
}

static void take_packet(struct peer *peer, struct packet *packet)
{
    auto_message struct message message = {};
    auto_close int bulk_fd = -EBADF;
    uint64_t id = 0;
    int r = packet_decode(packet, SIDE_CLIENT, &message, &bulk_fd, &id);

    if (r == 0) {
        id = message.id;
        if ((message.type == MESSAGE_HELLO) == peer->greeted)
            r = PROTOCOL_E_ORDER;
        else if (!peer->greeted)
            take_hello(peer, &message);
        else
            r = dispatch(peer, &message, &bulk_fd);
    }
    if (r != 0)
        object(peer, id, r > 0 ? r : PROTOCOL_E_INTERNAL, packet->wrong_field);
}

static void peer_ready(struct source *source, uint32_t events)
{
    static struct packet packet;
    struct peer *peer = container_of(source, struct peer, source);
    int r;

    if (events & EPOLLOUT)
        peer_flush(peer);
    if (!(events & (EPOLLIN | EPOLLHUP | EPOLLERR)))
        return;
    r = packet_receive(peer->source.fd, &packet);
    if (r == -EAGAIN || r == -EINTR)
        return;
    if (r == 0)
        take_packet(peer, &packet);
    else if (r > 0 || r == -EMFILE)
        object(peer, 0, r > 0 ? r : PROTOCOL_E_INTERNAL, NULL);
    else
        remove_peer(peer);
}

/* --- coming and going --- */

static struct message make_hello(const struct helper *helper)
{
    const struct config *config = helper->config;

    return (struct message){
        .version = PROTOCOL_VERSION,
        .type = MESSAGE_HELLO,
        .hello.version_min = PROTOCOL_VERSION,
        .hello.version_max = PROTOCOL_VERSION,
        .hello.name = helper->options.name,
        .hello.deadline_ms = helper->options.deadline_ms ? helper->options.deadline_ms
                                                         : config->deadline_ms,
        .hello.stdin_max = config->stdin_max,
        .hello.calls_max = config->calls_max,
        .hello.hooks = helper->options.hooks ? helper->options.hooks : config->hooks,
        .hello.has_policy = true,
        .hello.policy = config->failure,
    };
}

int peer_encode_hello(const struct helper *helper, uint8_t **ret_data, size_t *ret_size)
{
    struct message hello = make_hello(helper);
    struct outgoing outgoing;
    int r = packet_encode(&hello, SIDE_HELPER, -EBADF, &outgoing);

    if (r < 0)
        return r;
    *ret_data = outgoing.data;
    *ret_size = outgoing.size;
    return 0;
}

static int read_credentials(struct peer *peer)
{
    struct ucred credentials;
    socklen_t size = sizeof(credentials);

    if (getsockopt(peer->source.fd, SOL_SOCKET, SO_PEERCRED, &credentials, &size) < 0)
        return -errno;
    peer->pid = credentials.pid;
    peer->uid = credentials.uid;
    return 0;
}

/* Where no security module gives labels to sockets there is none. */
static int read_label(struct peer *peer)
{
    char label[LABEL_MAX];
    socklen_t size = sizeof(label);

    if (getsockopt(peer->source.fd, SOL_SOCKET, SO_PEERSEC, label, &size) < 0)
        return 0;
    peer->label = strndup(label, size);
    return peer->label ? 0 : -ENOMEM;
}

static void send_hello(struct peer *peer)
{
    struct message hello = make_hello(peer->helper);

    peer_send(peer, &hello, -EBADF);
}

/* One that hangs must not keep the next from asking. The newest stand first in the list. */
static void make_room_for_admin(const struct helper *helper)
{
    struct peer *first = NULL;
    size_t count = 0;

    for (struct peer *peer = helper->peers; peer; peer = peer->next) {
        if (peer->kind != PEER_ADMIN || peer->cut)
            continue;
        first = peer;
        count++;
    }
    if (count >= ADMINS_MAX)
        peer_cut_off(first);
}

int peer_add(struct helper *helper, int socket, enum peer_kind kind)
{
    struct peer *peer = calloc(1, sizeof(*peer));
    int r;

    if (!peer) {
        close(socket);
        return -ENOMEM;
    }
    peer->helper = helper;
    peer->kind = kind;
    peer->connected_ms = clock_now_ms();
    peer->source = (struct source){.fd = socket, .ready = peer_ready};
    r = read_credentials(peer);
    if (r == 0)
        r = read_label(peer);
    if (r == 0)
        r = loop_add(helper->loop, &peer->source, EPOLLIN);
    if (r < 0) {
        free_peer(peer);
        return r;
    }
    if (kind == PEER_ADMIN)
        make_room_for_admin(helper);
    peer->next = helper->peers;
    helper->peers = peer;
    send_hello(peer);
    return 0;
}

void peer_close_all(struct helper *helper)
{
    while (helper->peers)
        remove_peer(helper->peers);
}
