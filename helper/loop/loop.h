/*
 * The helper's event loop: descriptors by epoll, timers by one sorted list. Helper.
 *
 * Sources and timers are parts of their owners, who may remove and free them at any time, inside a
 * callback too: the loop takes one event at a time from the kernel, so that none is left over that
 * belongs to a source that is gone.
 *
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */
#pragma once

#include <stddef.h>
#include <stdint.h>

struct loop;

/* A descriptor that is watched; it stays its owner's. */
struct source {
    int fd;
    void (*ready)(struct source *source, uint32_t events);
};

/* A moment that is waited for. Zero-initialised, it is not armed. */
struct timer {
    uint64_t at_ms; /* CLOCK_MONOTONIC, see clock.h */
    void (*fired)(struct timer *timer);
    struct timer *previous, *next;
    struct loop *loop; /* where it is armed, else NULL */
};

#define container_of(pointer, type, member) ((type *)((char *)(pointer)-offsetof(type, member)))

/* Returns 0 or a negative errno; loop_free() takes NULL too. */
int loop_new(struct loop **ret_loop);
void loop_free(struct loop *loop);

/* `events` are those of epoll, level-triggered. All return 0 or a negative errno. */
int loop_add(struct loop *loop, struct source *source, uint32_t events);
int loop_modify(struct loop *loop, struct source *source, uint32_t events);
void loop_remove(struct loop *loop, struct source *source);

/* Arms the timer, or moves it; CLOCK_NEVER disarms. A timer fires once. */
void loop_arm(struct loop *loop, struct timer *timer, uint64_t at_ms);
void loop_disarm(struct timer *timer);

/* Runs until loop_stop(). Returns 0 or a negative errno. */
int loop_run(struct loop *loop);
void loop_stop(struct loop *loop);
