/*
 * A client's connection. Helper.
 *
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */
#pragma once

#include "state.h"

struct queued;

/* Who is at the other end, and so what it may say. */
enum peer_kind {
    PEER_CLIENT,
    PEER_OWNER, /* the client that started this helper: we end with it */
    PEER_ADMIN, /* asks about the helper, and makes no calls */
};

struct peer {
    struct helper *helper;
    struct peer *next;
    struct source source;
    pid_t pid;
    uid_t uid;
    char *name;  /* as its hello says, safe text; NULL before */
    char *label; /* the kernel's security module's, when it connected; or NULL */
    enum peer_kind kind;
    bool greeted; /* its hello came */
    bool cut;     /* it is gone when its end is read */
    uint64_t connected_ms;
    size_t call_count;           /* open ones */
    struct queued *first, *last; /* packets that the socket did not take yet */
    size_t queue_length;
};

/*
 * Serves a connected socket, which it owns from now on, and says hello. Returns 0 or a negative
 * errno with the socket closed. Of admins only the last ones stay connected.
 */
int peer_add(struct helper *helper, int socket, enum peer_kind kind);

/* Sends a message, now or when the socket takes it; `bulk_fd` stays the caller's. */
void peer_send(struct peer *peer, const struct message *message, int bulk_fd);

/*
 * Sends an error, a PROTOCOL_E_…, about the packet `id` (0: none); `text` is its sentence, or NULL
 * for the usual one.
 */
void peer_send_error(struct peer *peer, uint64_t id, int error, const char *text);

/* The hello packet of this helper, as bytes that the caller frees: what the copy on disk holds. */
int peer_encode_hello(const struct helper *helper, uint8_t **ret_data, size_t *ret_size);

/* Ends every connection. */
void peer_close_all(struct helper *helper);
