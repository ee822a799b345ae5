/*
 * The public functions, with a service that is a thread of this process: under valgrind and the
 * sanitizers, what they allocate and open is seen to be given back. How long calls take is the
 * integration tests' matter.
 *
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */
#include "cleanup.h"
#include "fd.h"
#include "packet.h"
#include "virthook.h"

#include <fcntl.h>
#include <pthread.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/un.h>

#include <cmocka.h>

#define XML "<domain>new</domain>"

struct stage {
    char folder[64], socket[80], hooks[80], script[96];
    int listener;
    pthread_t service;
    struct virthook *hook;
};

static void greet(int peer)
{
    struct message hello = {.type = MESSAGE_HELLO,
                            .hello = {.version_min = 1,
                                      .version_max = 1,
                                      .name = "test",
                                      .stdin_max = 1 << 20,
                                      .has_policy = true}};

    failure_policy_defaults(&hello.hello.policy);
    packet_send_message(peer, &hello, SIDE_HELPER, -EBADF);
}

static void accept_call(int peer, uint64_t id)
{
    struct message accepted = {.type = MESSAGE_ACCEPTED, .id = id, .accepted.deadline_ms = 60000};

    packet_send_message(peer, &accepted, SIDE_HELPER, -EBADF);
}

static void deny(int peer, uint64_t id, size_t tail_size)
{
    auto_free char *tail = calloc(1, tail_size + 1);
    struct message_script script = {.path = "/hooks/qemu", .exit_status = 3, .stderr_tail = tail};
    struct message verdict = {
        .type = MESSAGE_VERDICT,
        .id = id,
        .verdict = {
            .reason = "exit-status", .message = "no power", .script_count = 1, .scripts = &script}};

    memset(tail, 'e', tail_size);
    packet_send_message(peer, &verdict, SIDE_HELPER, -EBADF);
}

static void give_xml(int peer, uint64_t id)
{
    struct message verdict = {
        .type = MESSAGE_VERDICT,
        .id = id,
        .verdict = {.allow = true, .reason = "ok", .message = "fine", .has_output = true}};
    auto_close int output = -EBADF;

    fd_sealed_memfd("test", XML, strlen(XML), &output);
    packet_send_message(peer, &verdict, SIDE_HELPER, output);
}

static void refuse(int peer, uint64_t id)
{
    struct message error = {
        .type = MESSAGE_ERROR, .id = id, .error = {.code = "busy", .message = "too many"}};

    packet_send_message(peer, &error, SIDE_HELPER, -EBADF);
}

static void cancelled(int peer, uint64_t id)
{
    struct message verdict = {.type = MESSAGE_VERDICT,
                              .id = id,
                              .verdict = {.reason = "cancelled", .message = "as you wished"}};

    packet_send_message(peer, &verdict, SIDE_HELPER, -EBADF);
}

/* What the object's name asks for; false where the connection is to be dropped. */
static bool act(int peer, const struct message *message)
{
    const char *wish = message->type == MESSAGE_CALL ? message->call.object : "";

    if (message->type == MESSAGE_CANCEL)
        cancelled(peer, message->id);
    if (message->type != MESSAGE_CALL)
        return true;
    if (strcmp(wish, "refused") == 0) {
        refuse(peer, message->id);
        return true;
    }
    accept_call(peer, message->id);
    if (strcmp(wish, "denied") == 0)
        deny(peer, message->id, 100);
    else if (strcmp(wish, "denied-at-length") == 0)
        deny(peer, message->id, 100000);
    else if (strcmp(wish, "xml") == 0)
        give_xml(peer, message->id);
    return strcmp(wish, "lost") != 0;
}

static bool serve_one(int peer, struct packet *packet)
{
    auto_message struct message message = {0};
    auto_close int input = -EBADF;
    uint64_t id;

    if (recv(peer, packet->data, 1, MSG_PEEK) <= 0 || packet_receive(peer, packet) != 0)
        return false;
    if (packet_decode(packet, SIDE_CLIENT, &message, &input, &id) != 0)
        return false;
    return act(peer, &message);
}

static void *serve(void *argument)
{
    int listener = *(int *)argument, peer;
    auto_free struct packet *packet = malloc(sizeof(*packet));

    while (packet && (peer = accept4(listener, NULL, NULL, SOCK_CLOEXEC)) >= 0) {
        greet(peer);
        while (serve_one(peer, packet))
            continue;
        close(peer);
    }
    return NULL;
}

static void listen_at(struct stage *stage)
{
    struct sockaddr_un address = {.sun_family = AF_UNIX};

    strcpy(address.sun_path, stage->socket);
    stage->listener = socket(AF_UNIX, SOCK_SEQPACKET | SOCK_CLOEXEC, 0);
    assert_int_equal(bind(stage->listener, (const struct sockaddr *)&address, sizeof(address)), 0);
    assert_int_equal(listen(stage->listener, 5), 0);
    assert_int_equal(pthread_create(&stage->service, NULL, serve, &stage->listener), 0);
}

static int set_up(void **state)
{
    struct stage *stage = calloc(1, sizeof(*stage));
    struct virthook_options options = {.size = sizeof(options), .policy = ""};

    assert_non_null(stage);
    strcpy(stage->folder, "/tmp/virthook-unit-XXXXXX");
    assert_non_null(mkdtemp(stage->folder));
    snprintf(stage->socket, sizeof(stage->socket), "%s/socket", stage->folder);
    snprintf(stage->hooks, sizeof(stage->hooks), "%s/hooks", stage->folder);
    snprintf(stage->script, sizeof(stage->script), "%s/qemu", stage->hooks);
    assert_int_equal(mkdir(stage->hooks, 0755), 0);
    close(open(stage->script, O_WRONLY | O_CREAT | O_CLOEXEC, 0755));
    listen_at(stage);
    options.socket = stage->socket;
    options.hooks = stage->hooks;
    assert_int_equal(virthook_open(&options, &stage->hook), 0);
    *state = stage;
    return 0;
}

static int tear_down(void **state)
{
    struct stage *stage = *state;

    virthook_close(stage->hook);
    shutdown(stage->listener, SHUT_RDWR);
    pthread_join(stage->service, NULL);
    close(stage->listener);
    unlink(stage->script);
    unlink(stage->socket);
    rmdir(stage->hooks);
    rmdir(stage->folder);
    free(stage);
    return 0;
}

static struct virthook_reply *call_for(struct stage *stage, const char *object)
{
    struct virthook_request request = {.size = sizeof(request),
                                       .driver = "qemu",
                                       .object = object,
                                       .operation = "migrate",
                                       .sub_operation = "begin",
                                       .input = "<domain/>",
                                       .input_size = strlen("<domain/>")};
    struct virthook_reply *reply = NULL;

    assert_int_equal(virthook_call(stage->hook, &request, &reply), 0);
    assert_non_null(reply);
    return reply;
}

static void assert_reply(struct stage *stage, const char *object, bool allow, const char *reason)
{
    struct virthook_reply *reply = call_for(stage, object);

    assert_int_equal(reply->allow, allow);
    assert_string_equal(reply->reason, reason);
    assert_true(strlen(reply->message) > 0);
    virthook_reply_free(reply);
}

static void a_verdict_with_a_script(void **state)
{
    struct virthook_reply *reply = call_for(*state, "denied");

    assert_false(reply->allow);
    assert_int_equal(reply->script_count, 1);
    assert_string_equal(reply->scripts[0].path, "/hooks/qemu");
    assert_int_equal(strlen(reply->scripts[0].stderr_tail), 100);
    assert_string_equal(reply->scripts[0].stdout_tail, "");
    virthook_reply_free(reply);
}

static void a_verdict_with_details_in_a_memfd(void **state)
{
    struct virthook_reply *reply = call_for(*state, "denied-at-length");

    assert_int_equal(strlen(reply->scripts[0].stderr_tail), 100000);
    virthook_reply_free(reply);
}

static void a_verdict_with_new_xml(void **state)
{
    struct virthook_reply *reply = call_for(*state, "xml");

    assert_true(reply->allow);
    assert_string_equal(reply->output, XML);
    assert_int_equal(reply->output_size, strlen(XML));
    virthook_reply_free(reply);
}

static void a_refusal(void **state)
{
    assert_reply(*state, "refused", false, "busy");
}

static void a_loss_and_the_next_call(void **state)
{
    assert_reply(*state, "lost", false, "helper-lost");
    assert_reply(*state, "denied", false, "exit-status");
}

static void no_script(void **state)
{
    struct stage *stage = *state;

    assert_int_equal(unlink(stage->script), 0);
    assert_reply(stage, "any", true, "no-script");
}

static void *cancel_soon(void *argument)
{
    while (virthook_cancel_all(argument) == 0)
        continue;
    return NULL;
}

static void a_call_that_is_cancelled(void **state)
{
    struct stage *stage = *state;
    pthread_t thread;

    assert_int_equal(pthread_create(&thread, NULL, cancel_soon, stage->hook), 0);
    assert_reply(stage, "waits", false, "cancelled");
    pthread_join(thread, NULL);
}

struct caller {
    struct stage *stage;
    const char *object;
    bool is_right;
};

static void *call_often(void *argument)
{
    struct caller *caller = argument;

    caller->is_right = true;
    for (int i = 0; i < 50; i++) {
        struct virthook_reply *reply = call_for(caller->stage, caller->object);

        caller->is_right &= reply->allow == (strcmp(caller->object, "xml") == 0);
        virthook_reply_free(reply);
    }
    return NULL;
}

static void threads_that_share_the_channel(void **state)
{
    struct caller callers[] = {{*state, "xml", false},
                               {*state, "denied", false},
                               {*state, "refused", false},
                               {*state, "xml", false}};
    pthread_t threads[4];

    for (size_t i = 0; i < 4; i++)
        assert_int_equal(pthread_create(&threads[i], NULL, call_often, &callers[i]), 0);
    for (size_t i = 0; i < 4; i++)
        pthread_join(threads[i], NULL);
    for (size_t i = 0; i < 4; i++)
        assert_true(callers[i].is_right);
}

static void nothing_is_given_back_twice(void **state)
{
    virthook_reply_free(NULL);
    virthook_close(NULL);
    assert_int_equal(virthook_cancel_all(NULL), 0);
}

#define STAGED(test) cmocka_unit_test_setup_teardown(test, set_up, tear_down)

int main(void)
{
    const struct CMUnitTest tests[] = {
        STAGED(a_verdict_with_a_script),
        STAGED(a_verdict_with_details_in_a_memfd),
        STAGED(a_verdict_with_new_xml),
        STAGED(a_refusal),
        STAGED(a_loss_and_the_next_call),
        STAGED(no_script),
        STAGED(a_call_that_is_cancelled),
        STAGED(threads_that_share_the_channel),
        cmocka_unit_test(nothing_is_given_back_twice),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
