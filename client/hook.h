/*
 * What virthook_open() gives, from inside. Caller's process.
 *
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */
#pragma once

#include "channel.h"
#include "settings.h"

#include <pthread.h>
#include <stdbool.h>
#include <stdint.h>

struct call;

struct virthook {
    pid_t owner; /* a fork of it has the descriptors, but may not speak on them */
    struct settings settings;
    pthread_mutex_t lock;   /* guards all below */
    pthread_cond_t changed; /* of opening or channel, or a call was cancelled */
    struct known_policy policy;
    bool opening;                /* a thread connects or spawns, without the lock */
    struct channel *channel;     /* in use, or NULL */
    struct channel *lost;        /* those whose process is not reaped yet */
    struct failure last_failure; /* how the last helper was lost */
    unsigned int failures;       /* helpers in a row that were lost before their hello */
    uint64_t retry_ms;           /* no helper is started before */
    struct call *calls;          /* in flight */
};
