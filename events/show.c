/*
 * Events shown, and nothing run (--print). virteventd.
 *
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */
#include "show.h"

#include "loop.h"
#include "print.h"
#include "sources.h"

#include <errno.h>
#include <libvirt/libvirt.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

static void on_event(const struct event *event, void *user)
{
    int r = print_event(event);

    if (r == -EIO)
        loop_end();
    else if (r < 0)
        fprintf(stderr, "virteventd: memory is short: event %s of %s %s is lost\n", event->event,
                event->kind, event->object);
}

static void on_signal(int number, void *user)
{
    loop_end();
}

static void on_hangup(int watch, int fd, int events, void *user)
{
    loop_end();
}

/* Ends where who reads stdout has gone, also while there is no event to be written. */
static int watch_reader(void)
{
    return virEventAddHandle(STDOUT_FILENO, VIR_EVENT_HANDLE_ERROR | VIR_EVENT_HANDLE_HANGUP,
                             on_hangup, NULL, NULL) < 0
               ? -ENOMEM
               : 0;
}

int show(const struct options *options)
{
    static struct sources sources;
    const struct event_sink sink = {.take = on_event};
    int r = loop_open(on_signal, NULL);

    if (r == 0)
        r = watch_reader();
    if (r == 0)
        r = sources_set(&sources, options->uris, options->uri_count, &sink, NULL);
    if (r == 0)
        r = loop_run();
    if (r == 0)
        return EXIT_SUCCESS;
    fprintf(stderr, "virteventd: it cannot go on: %s\n", strerrordesc_np(-r));
    return EXIT_FAILURE;
}
