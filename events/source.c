/*
 * One connection to a libvirt daemon. virteventd, in the thread that runs libvirt's event loop, but
 * for what may wait for the daemon: errand.c has threads for that, which hand results over by a
 * pipe.
 *
 * The connection is read-only: libvirt tells all of its events there, and nothing that came in by
 * one could be turned into a change.
 *
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */
#include "source.h"

#include "cleanup.h"
#include "errand.h"
#include "names.h"
#include "payload.h"
#include "watch.h"

#include <errno.h>
#include <fcntl.h>
#include <inttypes.h>
#include <libvirt/virterror.h>
#include <stdio.h>
#include <string.h>
#include <sys/random.h>

#define RETRY_LEAST_MS 1000
#define RETRY_MOST_MS  60000

struct source {
    char *uri; /* NULL: libvirt's default */
    struct event_sink sink;
    virConnectPtr connection; /* NULL: there is none */
    struct watches watches;   /* of it, as far as it is known */
    bool is_watched;          /* it has been asked for events */
    bool is_lost;             /* the connection is, and is still to be dropped */
    bool is_synchronized;
    bool is_closing;
    unsigned int retry_ms; /* the next one; 0: the first, at once */
    int timer;             /* of libvirt's event loop, to connect */
    int look_timer;        /* and to ask again what is there */
    int results[2];        /* a pipe of struct errand_result */
    int result_watch;
    unsigned int errands; /* whose results are still to come */
    struct states states; /* of its objects, as last heard */
    uint64_t missed;      /* events that were found out since there is a connection */
    uint64_t events;
};

static const char *uri_of(const struct source *source)
{
    return source->uri ? source->uri : SOURCE_DEFAULT;
}

static void tell_missed(const struct state *state, const char *event, void *user);

/* Those that are gone are known only while the daemon is asked what is there. */
static void note_state(struct source *source, const struct event *event)
{
    bool has_state = strcmp(event->kind, "domain") == 0 || strcmp(event->kind, "network") == 0 ||
                     strcmp(event->kind, "storage-pool") == 0;

    if (!has_state || event->reconciled)
        return;
    if (!source->is_synchronized)
        states_catch_up(&source->states, event->kind, event->uuid, event->event, tell_missed,
                        source);
    if (states_note(&source->states, event->kind, event->uuid, event->object, event->event) < 0)
        fprintf(stderr, "virteventd: memory is short: what becomes of %s %s may not be told\n",
                event->kind, event->object);
    if (source->is_synchronized)
        states_forget_gone(&source->states);
}

void source_tell(struct source *source, struct event event, struct json_object *payload)
{
    static uint64_t sequence;

    if (source->is_closing) {
        json_object_put(payload);
        return;
    }
    note_state(source, &event);
    if (!payload) {
        fprintf(stderr, "virteventd: memory is short: event %s of %s %s is lost\n", event.event,
                event.kind, event.object);
        return;
    }
    event.sequence = ++sequence;
    event.uri = uri_of(source);
    event.payload = payload;
    source->events++;
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

/* In any thread that has to do with the connection. */
static void on_close(virConnectPtr connection, int reason, void *user)
{
    const struct source *source = user;

    errand_tell_lost(source->results[1], connection, reason);
}

static void take_loss(struct source *source, virConnectPtr connection, int reason)
{
    const char *why = name_close_reason(reason);

    if (connection != source->connection || source->is_lost)
        return;
    source->is_lost = true;
    source->is_synchronized = false;
    virEventUpdateTimeout(source->look_timer, -1);
    tell_daemon(source, "disconnected", why,
                PAYLOAD(TEXT("event", "disconnected"), TEXT("reason", why)));
    try_later(source);
}

static void drop_connection(struct source *source)
{
    if (!source->connection)
        return;
    if (errand_drop(source->results[1], source->connection, &source->watches, on_close) == 0)
        source->errands++;
    source->connection = NULL;
}

static void begin_to_connect(int timer, void *user)
{
    struct source *source = user;

    virEventUpdateTimeout(timer, -1);
    drop_connection(source);
    if (errand_connect(source->results[1], source->uri, on_close, source) == 0)
        source->errands++;
    else
        try_later(source);
}

static void look_later(struct source *source)
{
    if (!source->is_lost)
        virEventUpdateTimeout(source->look_timer, (int)with_jitter(RETRY_LEAST_MS));
}

/* Asks for all events, and then what is there; events come meanwhile. */
static void begin_to_look(int timer, void *user)
{
    struct source *source = user;

    virEventUpdateTimeout(timer, -1);
    states_begin(&source->states);
    if (errand_look(source->results[1], source->connection, source->is_watched ? NULL : source) ==
        0)
        source->errands++;
    else
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
    source->is_watched = false;
    source->watches = (struct watches){0};
    source->missed = 0;
    tell_daemon(source, "connected", "-", PAYLOAD(TEXT("event", "connected")));
    begin_to_look(source->look_timer, source);
}

/* From here on nothing is missed, until the connection is lost. */
static void compare(struct source *source, struct states *present)
{
    states_compare(&source->states, present, tell_missed, source);
    source->is_synchronized = true;
    if (source->sink.compared)
        source->sink.compared(uri_of(source), &source->states, source->sink.user);
    tell_daemon(source, "synchronized", "-",
                PAYLOAD(TEXT("event", "synchronized"), POSITIVE("missed", source->missed)));
}

/* libvirt does not tell of a connection's end that came before on_close() was registered. */
static void take_refusal(struct source *source, const char *text)
{
    if (virConnectIsAlive(source->connection) == 0) {
        take_loss(source, source->connection, VIR_CONNECT_CLOSE_REASON_ERROR);
        return;
    }
    fprintf(stderr, "virteventd: %s does not say what is there, and is asked again: %s\n",
            uri_of(source), text);
    look_later(source);
}

/* Not where the connection has been lost meanwhile: the next one asks again. */
static void take_states(struct source *source, struct errand_result *result)
{
    bool is_current = result->connection == source->connection && !source->is_lost;

    if (result->connection == source->connection && !source->is_watched) {
        source->watches = result->watches;
        source->is_watched = true;
    }
    if (is_current && result->error == 0)
        compare(source, &result->states);
    else if (is_current)
        take_refusal(source, result->text);
}

static void take_failure(struct source *source, const char *text)
{
    try_later(source);
    if (source->retry_ms == 2 * RETRY_LEAST_MS)
        fprintf(stderr, "virteventd: %s cannot be reached and is tried again: %s\n", uri_of(source),
                text);
}

static void take_result(struct source *source, struct errand_result *result)
{
    if (result->what == ERRAND_LOST)
        take_loss(source, result->connection, result->reason);
    else if (result->what == ERRAND_LOOK)
        take_states(source, result);
    else if (result->what == ERRAND_CONNECT && result->connection)
        take_connection(source, take_pointer(&result->connection));
    else if (result->what == ERRAND_CONNECT)
        take_failure(source, result->text);
}

/* What a result leaves over: a connection that is not, or no more, this source's is ended. */
static void clear_result(struct source *source, struct errand_result *result)
{
    bool is_ours = result->connection == source->connection;

    states_clear(&result->states);
    if (!result->connection || result->what == ERRAND_LOST)
        return;
    if (is_ours)
        virConnectClose(result->connection);
    else if (errand_drop(source->results[1], result->connection, &result->watches, on_close) == 0)
        source->errands++;
}

static void free_source(struct source *source)
{
    if (source->result_watch >= 0)
        virEventRemoveHandle(source->result_watch);
    if (source->look_timer >= 0)
        virEventRemoveTimeout(source->look_timer);
    if (source->timer >= 0)
        virEventRemoveTimeout(source->timer);
    close_fd(&source->results[0]);
    close_fd(&source->results[1]);
    states_clear(&source->states);
    free(source->uri);
    free(source);
}

static void on_result(int watch, int fd, int events, void *user)
{
    struct source *source = user;
    struct errand_result result;

    if (read(fd, &result, sizeof(result)) != sizeof(result))
        return;
    if (result.what != ERRAND_LOST)
        source->errands--;
    if (!source->is_closing)
        take_result(source, &result);
    clear_result(source, &result);
    if (source->is_closing && source->errands == 0)
        free_source(source);
}

static int add_to_loop(struct source *source)
{
    if (pipe2(source->results, O_CLOEXEC) < 0)
        return -errno;
    source->result_watch = virEventAddHandle(source->results[0], VIR_EVENT_HANDLE_READABLE,
                                             on_result, source, NULL);
    source->look_timer = virEventAddTimeout(-1, begin_to_look, source, NULL);
    source->timer = virEventAddTimeout(0, begin_to_connect, source, NULL);
    return source->result_watch < 0 || source->look_timer < 0 || source->timer < 0 ? -ENOMEM : 0;
}

int source_open(const char *uri, struct states *known, const struct event_sink *sink,
                struct source **ret_source)
{
    struct source *source = malloc(sizeof(*source));
    int r;

    if (!source)
        return -ENOMEM;
    *source = (struct source){
        .sink = *sink,
        .timer = -1,
        .look_timer = -1,
        .results = {-EBADF, -EBADF},
        .result_watch = -1,
    };
    source->uri = uri ? strdup(uri) : NULL;
    r = uri && !source->uri ? -ENOMEM : add_to_loop(source);
    if (r < 0) {
        free_source(source);
        return r;
    }
    if (known) {
        source->states = *known;
        *known = (struct states){0};
    }
    *ret_source = source;
    return 0;
}

void source_close(struct source *source)
{
    source->is_closing = true;
    virEventUpdateTimeout(source->timer, -1);
    virEventUpdateTimeout(source->look_timer, -1);
    drop_connection(source);
    if (source->errands == 0)
        free_source(source);
}

struct source_info source_describe(const struct source *source)
{
    enum source_state state = SOURCE_AWAY;

    if (source->connection && !source->is_lost)
        state = source->is_synchronized ? SOURCE_SYNCHRONIZED : SOURCE_CONNECTED;
    return (struct source_info){.uri = uri_of(source), .state = state, .events = source->events};
}
