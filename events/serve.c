/*
 * virteventd at its work: events of all daemons reach their scripts. In the main thread; the
 * threads that call are dispatch.c's.
 *
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */
#include "serve.h"

#include "cleanup.h"
#include "clock.h"
#include "dispatch.h"
#include "ending.h"
#include "loop.h"
#include "notify.h"
#include "settings.h"
#include "sources.h"
#include "status.h"
#include "store.h"

#include <errno.h>
#include <libvirt/libvirt.h>
#include <signal.h>
#include <stdio.h>
#include <string.h>
#include <virthook.h>

/* How often it is looked what was lost, and what is to be told of the rest. */
#define TICK_MS 1000

struct service {
    const struct options *options;
    struct settings settings;
    struct store *store;
    struct virthook *hook;
    struct dispatch *dispatch;
    struct sources sources;
    struct status *status;
    struct ending *ending; /* NULL: it goes on */
    char told[160];        /* to the service manager, last */
};

static struct event_sink sink_of(struct service *service);

/* The configuration with what the command line has instead; false where stderr has said what is
 * wrong with it. */
static bool load(const struct options *options, struct settings *ret_settings)
{
    auto_free char *by_default = options->config ? NULL : settings_path();
    const char *path = options->config ? options->config : by_default;
    auto_free char *error = NULL;
    int r = settings_load(path, options->config != NULL, ret_settings, &error);

    if (r != 0)
        fprintf(stderr, "virteventd: %s\n", error ? error : "memory is short");
    return r == 0;
}

static struct dispatch_settings dispatch_settings_of(const struct settings *settings)
{
    return (struct dispatch_settings){
        .limits = {.events = settings->queue_events,
                   .bytes = settings->queue_bytes,
                   .coalesce = settings->coalesce},
        .running_max = (unsigned int)settings->running_max,
        .retry_first_ms = settings->retry_first_ms,
        .retry_most_ms = settings->retry_most_ms,
    };
}

/* The state file, the channel to the helper, and the threads that call. */
static int open_store(struct service *service)
{
    const char *path = service->settings.state;
    int r = store_open(path, &service->store);

    if (r == -EBUSY)
        fprintf(stderr,
                "virteventd: another one has %s; end it, or give this one a state of its own\n",
                path);
    else if (r == -ENOTSUP)
        fprintf(stderr, "virteventd: the state file %s is no regular file; move it away\n", path);
    else if (r < 0)
        fprintf(stderr, "virteventd: the state file %s cannot be had (%s)\n", path,
                strerrordesc_np(-r));
    return r;
}

static int open_hook(struct service *service)
{
    const struct virthook_options options = {
        .size = sizeof(options),
        .name = "virteventd",
        .socket = service->settings.socket,
        .helper = service->settings.helper,
        .config = service->settings.config,
    };
    int r = virthook_open(&options, &service->hook);

    if (r < 0)
        fprintf(stderr, "virteventd: no channel to the helper can be made (%s)\n",
                strerrordesc_np(-r));
    return r;
}

static int open_dispatch(struct service *service)
{
    struct dispatch_settings settings = dispatch_settings_of(&service->settings);
    int r = dispatch_open(service->hook, service->store, &settings, &service->dispatch);

    if (r < 0)
        fprintf(stderr, "virteventd: events cannot be dispatched (%s)\n", strerrordesc_np(-r));
    return r;
}

static int recall(const char *uri, struct states *ret_states, void *user)
{
    struct service *service = user;

    return store_get_states(service->store, uri, ret_states);
}

static void take_event(const struct event *event, void *user)
{
    struct service *service = user;

    dispatch_take(event, service->dispatch);
}

/* Where it fails the store has said so. */
static void keep_states(const char *uri, const struct states *states, void *user)
{
    struct service *service = user;

    (void)store_put_states(service->store, uri, states);
}

static struct event_sink sink_of(struct service *service)
{
    return (struct event_sink){.take = take_event, .compared = keep_states, .user = service};
}

/* The command line's daemons go before the configuration's. */
static int set_sources(struct service *service, const struct settings *settings)
{
    const struct options *options = service->options;
    const struct event_sink sink = sink_of(service);
    int r;

    if (options->uri_count > 0)
        r = sources_set(&service->sources, options->uris, options->uri_count, &sink, recall);
    else
        r = sources_set(&service->sources, settings->uris, settings->uri_count, &sink, recall);
    if (r < 0)
        fprintf(stderr, "virteventd: the daemons cannot be watched (%s)\n", strerrordesc_np(-r));
    return r;
}

/* A line for the service manager's status, where it is a new one. */
static void tell_manager(struct service *service, const struct dispatch_counts *counts)
{
    char text[sizeof(service->told)];
    size_t reached = 0;

    for (size_t i = 0; i < service->sources.count; i++)
        reached += source_describe(service->sources.list[i]).state != SOURCE_AWAY;
    (void)snprintf(text, sizeof(text),
                   "STATUS=%zu of %zu daemons reached; %zu events wait, %zu run%s", reached,
                   service->sources.count, counts->queue.waiting, counts->queue.running,
                   counts->helper_away ? "; the helper is not reached" : "");
    if (strcmp(text, service->told) == 0)
        return;
    (void)notify_send(text);
    (void)snprintf(service->told, sizeof(service->told), "%s", text);
}

static void on_tick(int timer, void *user)
{
    struct service *service = user;
    struct status_facts facts = {.sources = &service->sources,
                                 .is_stopping = service->ending != NULL};

    dispatch_attend(service->dispatch);
    dispatch_count(service->dispatch, &facts.counts);
    status_write(service->status, &facts);
    tell_manager(service, &facts.counts);
}

static void on_watchdog(int timer, void *user)
{
    (void)notify_send("WATCHDOG=1");
}

static int add_timers(struct service *service)
{
    uint64_t watchdog_ms = notify_watchdog_ms();

    if (virEventAddTimeout(TICK_MS, on_tick, service, NULL) < 0)
        return -ENOMEM;
    if (watchdog_ms == 0 || watchdog_ms > INT32_MAX)
        return 0;
    return virEventAddTimeout((int)watchdog_ms, on_watchdog, NULL, NULL) < 0 ? -ENOMEM : 0;
}

static int put_in_force(struct service *service, struct settings *settings)
{
    struct dispatch_settings before = dispatch_settings_of(&service->settings);
    struct dispatch_settings after = dispatch_settings_of(settings);
    int r = dispatch_configure(service->dispatch, &after);

    if (r < 0) {
        fprintf(stderr, "virteventd: memory is short\n");
        return r;
    }
    r = set_sources(service, settings);
    if (r < 0) {
        (void)dispatch_configure(service->dispatch, &before);
        return r;
    }
    settings_clear(&service->settings);
    service->settings = *settings;
    *settings = (struct settings){0};
    return 0;
}

static bool check_fixed(const struct service *service, const struct settings *settings)
{
    const char *key = settings_fixed_difference(&service->settings, settings);

    if (key)
        fprintf(stderr, "virteventd: %s has changed, which needs a restart\n", key);
    return !key;
}

/* All of it or nothing. */
static void reload(struct service *service)
{
    struct settings settings = {0};
    bool is_done;

    (void)notify_reloading();
    is_done = load(service->options, &settings) && check_fixed(service, &settings) &&
              put_in_force(service, &settings) == 0;
    settings_clear(&settings);
    fprintf(stderr, is_done ? "virteventd: the configuration was read again\n"
                            : "virteventd: what was in force stays in force\n");
    (void)notify_send("READY=1");
}

static void begin_to_end(struct service *service)
{
    (void)notify_send("STOPPING=1");
    if (ending_begin(service->dispatch, clock_add_ms(clock_now_ms(), service->settings.stop_ms),
                     &service->ending) < 0)
        loop_end();
}

static void on_signal(int number, void *user)
{
    struct service *service = user;

    if (number == SIGHUP && !service->ending)
        reload(service);
    else if (number != SIGHUP && !service->ending)
        begin_to_end(service);
    else if (number != SIGHUP)
        loop_end();
}

static int open_all(struct service *service)
{
    int r = loop_open(on_signal, service);

    if (r == 0)
        r = open_store(service);
    if (r == 0)
        r = open_hook(service);
    if (r == 0)
        r = open_dispatch(service);
    if (r == 0)
        r = status_open(service->settings.status, &service->status);
    if (r == 0)
        r = add_timers(service);
    return r == 0 ? set_sources(service, &service->settings) : r;
}

/* Where scripts still run their threads have all of this, and it ends with the process: they are
 * sent again at the next start. */
static void close_all(struct service *service)
{
    status_close(service->status);
    if (service->dispatch) {
        dispatch_stop(service->dispatch);
        if (!dispatch_await(service->dispatch, clock_now_ms())) {
            fprintf(stderr, "virteventd: scripts that still run are asked for again at the next "
                            "start\n");
            (void)fflush(NULL);
            _exit(EXIT_SUCCESS);
        }
    }
    ending_free(service->ending);
    dispatch_close(service->dispatch);
    virthook_close(service->hook);
    store_close(service->store);
    settings_clear(&service->settings);
}

int serve(const struct options *options)
{
    static struct service service;
    int r;

    service.options = options;
    if (!load(options, &service.settings))
        return EXIT_FAILURE;
    r = open_all(&service);
    if (r == 0) {
        on_tick(0, &service);
        (void)notify_send("READY=1");
        r = loop_run();
    }
    close_all(&service);
    return r == 0 ? EXIT_SUCCESS : EXIT_FAILURE;
}

int serve_check(const struct options *options)
{
    struct settings settings;

    if (!load(options, &settings))
        return EXIT_FAILURE;
    puts("The configuration is in order.");
    settings_clear(&settings);
    return EXIT_SUCCESS;
}

int serve_status(const struct options *options)
{
    struct settings settings;
    int r = -ENOENT;

    if (!load(options, &settings))
        return EXIT_FAILURE;
    if (settings.status)
        r = status_show(settings.status, options->json);
    else
        fprintf(stderr, "virteventd: the session has no XDG_RUNTIME_DIR; set status\n");
    settings_clear(&settings);
    return r == 0 ? EXIT_SUCCESS : EXIT_FAILURE;
}
