/*
 * virteventd: libvirt's asynchronous events, from any number of daemons. Runs as any user whom
 * libvirt lets read; what the daemons tell is not trusted.
 *
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */
#include "fd.h"
#include "options.h"
#include "print.h"
#include "source.h"

#include <errno.h>
#include <libvirt/libvirt.h>
#include <libvirt/virterror.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/signalfd.h>
#include <unistd.h>

static bool is_over;

/* What libvirt has to say goes with the failure that it belongs to, and not to stderr besides. */
static void keep_quiet(void *user, virErrorPtr error)
{
}

static void on_event(const struct event *event, void *user)
{
    int r = print_event(event);

    if (r == -EIO)
        is_over = true;
    else if (r < 0)
        fprintf(stderr, "virteventd: memory is short: event %s of %s %s is lost\n", event->event,
                event->kind, event->object);
}

static void on_signal(int watch, int fd, int events, void *user)
{
    is_over = true;
}

/* SIGINT and SIGTERM end the loop, and not in the middle of a line. */
static int watch_signals(void)
{
    sigset_t ending;
    int fd;

    sigemptyset(&ending);
    sigaddset(&ending, SIGINT);
    sigaddset(&ending, SIGTERM);
    sigprocmask(SIG_BLOCK, &ending, NULL);
    signal(SIGPIPE, SIG_IGN);
    fd = signalfd(-1, &ending, SFD_CLOEXEC | SFD_NONBLOCK);
    if (fd < 0)
        return -errno;
    return virEventAddHandle(fd, VIR_EVENT_HANDLE_READABLE, on_signal, NULL, NULL) < 0 ? -ENOMEM
                                                                                       : 0;
}

/* Ends where who reads stdout has gone, also while there is no event to be written. */
static int watch_reader(void)
{
    return virEventAddHandle(STDOUT_FILENO, VIR_EVENT_HANDLE_ERROR | VIR_EVENT_HANDLE_HANGUP,
                             on_signal, NULL, NULL) < 0
               ? -ENOMEM
               : 0;
}

static int open_sources(const struct options *options)
{
    const struct event_sink sink = {.take = on_event};
    int r = 0;

    for (size_t i = 0; r == 0 && i < options->uri_count; i++) {
        struct source *source;

        r = source_open(options->uris[i], &sink, &source);
    }
    return r;
}

static int run(const struct options *options)
{
    int r = virEventRegisterDefaultImpl() < 0 ? -ENOMEM : watch_signals();

    if (r == 0)
        r = watch_reader();
    if (r == 0)
        r = open_sources(options);
    while (r == 0 && !is_over)
        r = virEventRunDefaultImpl();
    if (r == 0)
        return EXIT_SUCCESS;
    fprintf(stderr, "virteventd: it cannot go on: %s\n",
            r == -1 ? virGetLastErrorMessage() : strerror(-r));
    return EXIT_FAILURE;
}

int main(int argc, char **argv)
{
    struct options options;
    int status;

    fd_fill_standard();
    if (!options_parse(argc, argv, &options, &status))
        return status;
    virSetErrorFunc(NULL, keep_quiet);
    return run(&options);
}
