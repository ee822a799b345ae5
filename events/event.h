/*
 * One event, as libvirt told it or as the daemon that tells them came and went. virteventd. Names
 * and payload come from guests' and networks' definitions and are not trusted.
 *
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */
#pragma once

#include <json-c/json.h>
#include <stdbool.h>
#include <stdint.h>

struct event {
    uint64_t sequence;  /* of this virteventd, from 1 */
    const char *uri;    /* of the connection, as it was given */
    const char *kind;   /* domain, network, storage-pool, node-device, secret, daemon */
    const char *object; /* its name; "-" where there is none */
    const char *uuid;   /* "" where it has none */
    const char *event;  /* never a number: "started", "reboot", "block-job" */
    const char *detail; /* "booted"; "-" where there is none */
    const char *extra;  /* "-" where there is none */
    bool reconciled;    /* found out afterwards: it happened while there was no connection */
    struct json_object *payload; /* fields by their names in libvirt's API */
};

struct states;

/* Who gets the events. What the event holds is borrowed for the time of the call. */
struct event_sink {
    void (*take)(const struct event *event, void *user);
    /* What there is was compared with what was last heard, and told; NULL: not of interest. */
    void (*compared)(const char *uri, const struct states *states, void *user);
    void *user;
};
