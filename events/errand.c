/*
 * What may have to wait for a daemon, done by a thread of its own. virteventd. The threads touch
 * nothing but their errand; what the daemon answers is not trusted.
 *
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */
#include "errand.h"

#include "cleanup.h"
#include "snapshot.h"

#include <errno.h>
#include <libvirt/virterror.h>
#include <limits.h>
#include <poll.h>
#include <pthread.h>
#include <stdio.h>

#define KEEPALIVE_SECONDS 5
#define KEEPALIVE_ANSWERS 3

/* An object has changed a little before its event is sent: one that is on its way while the daemon
 * answers arrives in this time, on a busy machine too, and nothing is told twice. */
#define SETTLE_MS 200

struct errand {
    int fd;
    const char *uri;          /* of connect; borrowed */
    virConnectPtr connection; /* referenced */
    struct source *source;    /* of connect and look: whom callbacks get; borrowed */
    struct watches watches;   /* of drop */
    virConnectCloseFunc on_close;
};

_Static_assert(sizeof(struct errand_result) <= PIPE_BUF, "one write is whole");

/* The reader waits for each result, and so few are under way that the pipe has room. */
static void write_result(int fd, const struct errand_result *result)
{
    if (write(fd, result, sizeof(*result)) != sizeof(*result))
        abort();
}

static void hand_over(struct errand *errand, const struct errand_result *result)
{
    write_result(errand->fd, result);
    free(errand);
}

void errand_tell_lost(int fd, virConnectPtr connection, int reason)
{
    write_result(fd, &(struct errand_result){
                         .what = ERRAND_LOST, .connection = connection, .reason = reason});
}

/* Neither can be had of a driver within this process, as test:///default is. */
static void guard(virConnectPtr connection, const struct errand *errand)
{
    (void)virConnectRegisterCloseCallback(connection, errand->on_close, errand->source, NULL);
    (void)virConnectSetKeepAlive(connection, KEEPALIVE_SECONDS, KEEPALIVE_ANSWERS);
}

static void *run_connect(void *user)
{
    struct errand *errand = user;
    struct errand_result result = {.what = ERRAND_CONNECT};

    result.connection = virConnectOpenReadOnly(errand->uri);
    if (result.connection)
        guard(result.connection, errand);
    else
        (void)snprintf(result.text, sizeof(result.text), "%s", virGetLastErrorMessage());
    hand_over(errand, &result);
    return NULL;
}

static void *run_look(void *user)
{
    struct errand *errand = user;
    struct errand_result result = {.what = ERRAND_LOOK, .connection = errand->connection};

    if (errand->source) {
        watch_domains(errand->connection, errand->source, &result.watches);
        watch_objects(errand->connection, errand->source, &result.watches);
    }
    result.error = snapshot_take(errand->connection, &result.states);
    if (result.error == 0)
        (void)poll(NULL, 0, SETTLE_MS);
    else
        (void)snprintf(result.text, sizeof(result.text), "%s", virGetLastErrorMessage());
    hand_over(errand, &result);
    return NULL;
}

/* A registered callback holds a reference: without this the connection would stay. */
static void drop(virConnectPtr connection, const struct watches *watches,
                 virConnectCloseFunc on_close)
{
    virConnectUnregisterCloseCallback(connection, on_close);
    unwatch_domains(connection, watches);
    unwatch_objects(connection, watches);
    virConnectClose(connection);
}

static void *run_drop(void *user)
{
    struct errand *errand = user;
    struct errand_result result = {.what = ERRAND_DROP};

    drop(errand->connection, &errand->watches, errand->on_close);
    hand_over(errand, &result);
    return NULL;
}

static int begin(const struct errand *what, void *(*run)(void *))
{
    auto_free struct errand *errand = malloc(sizeof(*errand));
    pthread_t thread;
    int r;

    if (!errand)
        return -ENOMEM;
    *errand = *what;
    r = pthread_create(&thread, NULL, run, errand);
    if (r != 0)
        return -r;
    pthread_detach(thread);
    errand = NULL; /* the thread's */
    return 0;
}

int errand_connect(int fd, const char *uri, virConnectCloseFunc on_close, struct source *source)
{
    const struct errand errand = {.fd = fd, .uri = uri, .on_close = on_close, .source = source};

    return begin(&errand, run_connect);
}

int errand_look(int fd, virConnectPtr connection, struct source *source)
{
    int r;

    virConnectRef(connection);
    r = begin(&(struct errand){.fd = fd, .connection = connection, .source = source}, run_look);
    if (r < 0)
        virConnectClose(connection);
    return r;
}

int errand_drop(int fd, virConnectPtr connection, const struct watches *watches,
                virConnectCloseFunc on_close)
{
    const struct errand errand = {
        .fd = fd, .connection = connection, .watches = *watches, .on_close = on_close};
    int r = begin(&errand, run_drop);

    if (r < 0)
        drop(connection, watches, on_close);
    return r;
}
