/*
 * What may have to wait for a daemon, done by a thread of its own, so that no daemon delays
 * another: to connect, to ask what is there, to end a connection. virteventd.
 *
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */
#pragma once

#include "states.h"
#include "watch.h"

#include <libvirt/libvirt.h>

/* How an errand ended: written to a pipe by one write(2). */
struct errand_result {
    enum { ERRAND_CONNECT, ERRAND_LOOK, ERRAND_DROP, ERRAND_LOST } what;
    virConnectPtr connection; /* of connect: NULL where it could not be had; of look: the one that
                                 was asked, referenced; of drop: NULL; of lost: which, to be
                                 compared alone */
    int reason;               /* of lost: VIR_CONNECT_CLOSE_REASON_ */
    struct watches watches;   /* of look, where it registered */
    struct states states;     /* of look; owned */
    int error;                /* of look */
    char text[256];           /* of libvirt, where there is none */
};

/*
 * Each begins its errand; the result comes by the pipe's writing end `fd`. URI and source, whom
 * callbacks get, are borrowed until then. Returns 0 or a negative errno, and then no result comes.
 */
int errand_connect(int fd, const char *uri, virConnectCloseFunc on_close, struct source *source);

/* Asks what is there; before that, where `source` is not NULL, it registers for all events. */
int errand_look(int fd, virConnectPtr connection, struct source *source);

/*
 * Takes the connection over, also where it fails: then it has been ended here and now. `on_close`
 * is its close callback, which may come until the result does.
 */
int errand_drop(int fd, virConnectPtr connection, const struct watches *watches,
                virConnectCloseFunc on_close);

/*
 * What libvirt's close callback does, which libvirt calls in any thread that had to do with the
 * connection: it hands over that the connection is lost. No errand was begun for it.
 */
void errand_tell_lost(int fd, virConnectPtr connection, int reason);
