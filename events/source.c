/*
 * One connection to a libvirt daemon. virteventd, in the thread that runs libvirt's event loop, but
 * for open_connection(), which waits in a thread of its own and hands its result over by a pipe.
 *
 * The connection is read-only: libvirt tells all of its events there, and nothing that came in by
 * one could be turned into a change.
 *
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */
#include "source.h"

#include "cleanup.h"
#include "names.h"
#include "payload.h"
#include "snapshot.h"
#include "states.h"
#include "watch.h"

#include <fcntl.h>
#include <inttypes.h>
#include <libvirt/virterror.h>
#include <pthread.h>
#include <stdio.h>
#include <string.h>
#include <sys/random.h>

#define RETRY_LEAST_MS    1000
#define RETRY_MOST_MS     60000
#define KEEPALIVE_SECONDS 5
#define KEEPALIVE_ANSWERS 3

struct source {
    const char *uri;
    struct event_sink sink;
    virConnectPtr connection; /* NULL: there is none */
    unsigned int retry_ms;    /* the next one; 0: the first, at once */
    int timer;                /* of libvirt's event loop, to connect */
    int look_timer;           /* and to ask again what is there */
    bool is_lost;             /* the connection is, and is still to be dropped */
    uint64_t missed;          /* events that the comparison in progress told */
    int results[2];           /* a pipe of struct result */
    struct states states;     /* of its objects, as last heard */
};

/* What a thread hands over; small enough for one write(2). */
struct result {
    enum { RESULT_CONNECTION, RESULT_STATES } what;
    virConnectPtr connection; /* NULL: it could not be had; of states, whose they are, referenced */
    struct states states;     /* owned */
    int error;                /* of states */
    char text[256];
};

/* What the thread that asks for states gets; its own. */
struct looking {
    struct source *source;
    virConnectPtr connection; /* referenced */
};

static const char *uri_of(const struct source *source)
{
    return source->uri ? source->uri : "default";
}

static void note_state(struct source *source, const struct event *event)
{
    bool has_state = strcmp(event->kind, "domain") == 0 || strcmp(event->kind, "network") == 0 ||
                     strcmp(event->kind, "storage-pool") == 0;

    if (has_state && !event->reconciled &&
        states_note(&source->states, event->kind, event->uuid, event->object, event->event) < 0)
        fprintf(stderr, "virteventd: memory is short: what becomes of %s %s may not be told\n",
                event->kind, event->object);
}

void source_tell(struct source *source, struct event event, struct json_object *payload)
{
    static uint64_t sequence;

    note_state(source, &event);

    if (!payload) {
        fprintf(stderr, "virteventd: memory is short: event %s of %s %s is lost\n", event.event,
                event.kind, event.object);
        return;
    }
    event.sequence = ++sequence;
    event.uri = uri_of(source);
    event.payload = payload;
    source->sink.take(&event, source->sink.user);
    json_object_put(payload);
}

static void tell_daemon(struct source *source, const char *event, const char *detail,
                        struct json_object *payload)
{
    source_tell(source,
                (struct event){.kind = "daemon",
                               .object = "-",
                               .uuid = "",
                               .event = event,
                               .detail = detail,
                               .extra = "-"},
                payload);
}

/* A quarter more or less, by chance. */
static unsigned int with_jitter(unsigned int ms)
{
    unsigned int chance = 0;

    if (getrandom(&chance, sizeof(chance), GRND_NONBLOCK) != sizeof(chance))
        return ms;
    return ms - ms / 4 + chance % (ms / 2);
}

static void try_later(struct source *source)
{
    unsigned int ms = source->retry_ms < RETRY_LEAST_MS ? RETRY_LEAST_MS : source->retry_ms;

    source->retry_ms = ms * 2 > RETRY_MOST_MS ? RETRY_MOST_MS : ms * 2;
    virEventUpdateTimeout(source->timer, (int)with_jitter(ms));
}

/* The reader lives as long as the process, and so few results wait that the pipe has room. */
static void hand_over(const struct source *source, const struct result *result)
{
    if (write(source->results[1], result, sizeof(*result)) != sizeof(*result))
        abort();
}

static void *open_connection(void *user)
{
    struct source *source = user;
    struct result result = {.what = RESULT_CONNECTION};

    result.connection = virConnectOpenReadOnly(source->uri);
    if (!result.connection)
        snprintf(result.text, sizeof(result.text), "%s", virGetLastErrorMessage());
    hand_over(source, &result);
    return NULL;
}

static void *look_at_states(void *user)
{
    struct looking *looking = user;
    struct result result = {.what = RESULT_STATES, .connection = looking->connection};

    result.error = snapshot_take(looking->connection, &result.states);
    if (result.error < 0)
        snprintf(result.text, sizeof(result.text), "%s", virGetLastErrorMessage());
    hand_over(looking->source, &result);
    free(looking);
    return NULL;
}

static void on_close(virConnectPtr connection, int reason, void *user)
{
    struct source *source = user;
    const char *why = name_close_reason(reason);

    source->is_lost = true;
    virEventUpdateTimeout(source->look_timer, -1);
    tell_daemon(source, "disconnected", why,
                PAYLOAD(TEXT("event", "disconnected"), TEXT("reason", why)));
    try_later(source);
}

/* One that was lost; not in its own callback, which libvirt calls with locks held. */
static void drop_connection(struct source *source)
{
    if (!source->connection)
        return;
    virConnectUnregisterCloseCallback(source->connection, on_close);
    virConnectClose(source->connection);
    source->connection = NULL;
}

static void begin_to_connect(int timer, void *user)
{
    struct source *source = user;
    pthread_t thread;

    virEventUpdateTimeout(timer, -1);
    drop_connection(source);
    if (pthread_create(&thread, NULL, open_connection, source) != 0)
        try_later(source);
    else
        pthread_detach(thread);
}

static void look_later(struct source *source)
{
    if (!source->is_lost)
        virEventUpdateTimeout(source->look_timer, (int)with_jitter(RETRY_LEAST_MS));
}

/* Asks what is there, in a thread of its own; events come meanwhile. */
static void begin_to_look(int timer, void *user)
{
    struct source *source = user;
    auto_free struct looking *looking = malloc(sizeof(*looking));
    pthread_t thread;

    virEventUpdateTimeout(timer, -1);
    states_begin(&source->states);
    if (looking) {
        *looking = (struct looking){source, source->connection};
        virConnectRef(source->connection);
        if (pthread_create(&thread, NULL, look_at_states, looking) == 0) {
            pthread_detach(thread);
            looking = NULL;
            return;
        }
        virConnectClose(source->connection);
    }
    look_later(source);
}

static void tell_missed(const struct state *state, const char *event, void *user)
{
    struct source *source = user;

    source->missed++;
    source_tell(source,
                (struct event){.kind = state->kind,
                               .object = state->name,
                               .uuid = state->uuid,
                               .event = event,
                               .detail = "-",
                               .extra = "-",
                               .reconciled = true},
                PAYLOAD(TEXT("event", event)));
}

static void take_connection(struct source *source, virConnectPtr connection)
{
    source->connection = connection;
    source->is_lost = false;
    source->retry_ms = 0;
    /* Neither can be had of a driver within this process, as test:///default is. */
    (void)virConnectRegisterCloseCallback(connection, on_close, source, NULL);
    (void)virConnectSetKeepAlive(connection, KEEPALIVE_SECONDS, KEEPALIVE_ANSWERS);
    watch_domains(connection, source);
    watch_objects(connection, source);
    tell_daemon(source, "connected", "-", PAYLOAD(TEXT("event", "connected")));
    begin_to_look(source->look_timer, source);
}

/* From here on nothing is missed, until the connection is lost. */
static void compare(struct source *source, struct states *present)
{
    source->missed = 0;
    states_compare(&source->states, present, tell_missed, source);
    tell_daemon(source, "synchronized", "-",
                PAYLOAD(TEXT("event", "synchronized"), POSITIVE("missed", source->missed)));
}

/* Not where the connection has been lost meanwhile: the next one asks again. */
static void take_states(struct source *source, struct result *result)
{
    bool is_current = result->connection == source->connection && !source->is_lost;

    if (is_current && result->error == 0)
        compare(source, &result->states);
    else if (is_current) {
        fprintf(stderr, "virteventd: %s does not say what is there, and is asked again: %s\n",
                uri_of(source), result->text);
        look_later(source);
    }
    states_clear(&result->states);
    virConnectClose(result->connection);
}

static void on_result(int watch, int fd, int events, void *user)
{
    struct source *source = user;
    struct result result;

    if (read(fd, &result, sizeof(result)) != sizeof(result))
        return;
    if (result.what == RESULT_STATES) {
        take_states(source, &result);
        return;
    }
    if (result.connection) {
        take_connection(source, result.connection);
        return;
    }
    try_later(source);
    if (source->retry_ms == 2 * RETRY_LEAST_MS)
        fprintf(stderr, "virteventd: %s cannot be reached and is tried again: %s\n", uri_of(source),
                result.text);
}

/* Sources live as long as the process, which ends where this fails. */
static int add_to_loop(struct source *source)
{
    source->look_timer = virEventAddTimeout(-1, begin_to_look, source, NULL);
    source->timer = virEventAddTimeout(0, begin_to_connect, source, NULL);
    if (source->look_timer < 0 || source->timer < 0 ||
        virEventAddHandle(source->results[0], VIR_EVENT_HANDLE_READABLE, on_result, source, NULL) <
            0)
        return -ENOMEM;
    return 0;
}

int source_open(const char *uri, const struct event_sink *sink, struct source **ret_source)
{
    auto_free struct source *source = calloc(1, sizeof(*source));
    int r;

    if (!source)
        return -ENOMEM;
    *source = (struct source){.uri = uri, .sink = *sink};
    if (pipe2(source->results, O_CLOEXEC) < 0)
        return -errno;
    r = add_to_loop(source);
    if (r < 0) {
        close(source->results[0]);
        close(source->results[1]);
        return r;
    }
    *ret_source = take_pointer(&source);
    return 0;
}
