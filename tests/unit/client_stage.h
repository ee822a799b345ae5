/*
 * A channel of the library's with the test as its helper: it holds the other end of the socket and
 * sends by the protocol's own code.
 *
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */
#pragma once

#include "cleanup.h"
#include "reason.h"
#include "receive.h"
#include "send.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdint.h>
#include <string.h>
#include <sys/socket.h>

#include <cmocka.h>

struct stage {
    pthread_mutex_t lock;
    struct known_policy policy;
    struct channel *channel;
    int helper; /* the other end */
    struct exchange exchange;
};

static inline int set_up(void **state)
{
    struct stage *stage = calloc(1, sizeof(*stage));
    int pair[2];

    assert_non_null(stage);
    assert_int_equal(socketpair(AF_UNIX, SOCK_SEQPACKET | SOCK_CLOEXEC, 0, pair), 0);
    pthread_mutex_init(&stage->lock, NULL);
    pthread_cond_init(&stage->exchange.wake, NULL);
    assert_int_equal(channel_new(&stage->lock, &stage->policy, &stage->channel), 0);
    stage->channel->socket = pair[0];
    stage->channel->who = strdup("the helper");
    stage->helper = pair[1];
    stage->exchange.output = -EBADF;
    channel_join(stage->channel, &stage->exchange);
    *state = stage;
    return 0;
}

static inline int tear_down(void **state)
{
    struct stage *stage = *state;

    channel_leave(stage->channel, &stage->exchange);
    channel_unref(stage->channel);
    message_clear(&stage->exchange.verdict);
    failure_clear(&stage->exchange.failure);
    close_fd(&stage->exchange.output);
    close_fd(&stage->helper);
    pthread_cond_destroy(&stage->exchange.wake);
    pthread_mutex_destroy(&stage->lock);
    free(stage);
    return 0;
}

static inline void say(struct stage *stage, const struct message *message)
{
    assert_int_equal(packet_send_message(stage->helper, message, SIDE_HELPER, -EBADF), 0);
}

static inline void say_hello(struct stage *stage)
{
    struct message hello = {
        .type = MESSAGE_HELLO,
        .hello = {.version_min = 1, .version_max = 1, .name = "test", .stdin_max = 4096}};

    say(stage, &hello);
}

static inline void refuse(struct stage *stage, uint64_t id, const char *code, const char *text)
{
    say(stage, &(struct message){
                   .type = MESSAGE_ERROR, .id = id, .error = {.code = code, .message = text}});
}

static inline void receive(struct stage *stage)
{
    pthread_mutex_lock(&stage->lock);
    channel_receive(stage->channel);
    pthread_mutex_unlock(&stage->lock);
}

/* Hello taken and the call sent: returns its id. */
static inline uint64_t send_a_call(struct stage *stage)
{
    struct message_call call = {.driver = "qemu",
                                .object = "guest",
                                .operation = "start",
                                .sub_operation = "begin",
                                .extra = "-"};

    say_hello(stage);
    receive(stage);
    assert_int_equal(stage->exchange.state, EXCHANGE_READY);
    assert_int_equal(send_call(stage->channel, &stage->exchange, &call, -EBADF), 0);
    return stage->exchange.id;
}

static inline void assert_lost(const struct stage *stage, const char *reason, const char *word)
{
    assert_int_equal(stage->channel->state, CHANNEL_LOST);
    assert_string_equal(stage->channel->failure.reason, reason);
    assert_non_null(strstr(failure_cause(&stage->channel->failure), word));
}

#define STAGED(test) cmocka_unit_test_setup_teardown(test, set_up, tear_down)
