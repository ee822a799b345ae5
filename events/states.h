/*
 * What the objects of a daemon are like, as last heard: so that what happened while there was no
 * connection can be told. virteventd. Names come from definitions and are not trusted.
 *
 * While a daemon is asked what is there, its events come already. An object of which one came is
 * left out of the comparison: the event is the newer word.
 *
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */
#pragma once

#include <stdbool.h>
#include <stddef.h>

/* Bytes of libvirt's VIR_UUID_STRING_BUFLEN. */
#define STATE_UUID_SIZE 37

struct state {
    const char *kind; /* static */
    char *name;       /* owned */
    char uuid[STATE_UUID_SIZE];
    bool active;
    bool transient; /* is gone when it stops, without a word of being undefined */
    bool guessed;   /* transient, since it started and was not known: an answer knows better */
    bool gone;      /* by an event */
    bool fresh;     /* an event came since states_begin() */
};

/* One of each object; no order. Zero-initialised it is empty. */
struct states {
    struct state *list;
    size_t count;
    bool known; /* false: nothing was compared yet, so nothing can have been missed */
};

/* What the daemon answered of one object; 0 or -ENOMEM. */
int states_put(struct states *states, const char *kind, const char *uuid, const char *name,
               bool active, bool transient);

/* From here on events are newer than what the daemon will have answered. */
void states_begin(struct states *states);

/* Takes in an event of an object's life, by its name ("started"); others change nothing. */
int states_note(struct states *states, const char *kind, const char *uuid, const char *name,
                const char *event);

/* What happened to an object: "defined", "started", "stopped", "undefined". */
typedef void states_missed(const struct state *state, const char *event, void *user);

/*
 * To be called before states_note(), while the daemon is asked: tells what must have happened
 * before this event while nobody listened, where what ran starts, or what did not run stops.
 */
void states_catch_up(const struct states *states, const char *kind, const char *uuid,
                     const char *event, states_missed *tell, void *user);

/*
 * Takes over what the daemon answered, and tells of each difference, in the order in which it will
 * have happened. Nothing is told of the first answer. `present` is emptied.
 */
void states_compare(struct states *states, struct states *present, states_missed *tell, void *user);

/* Those that are gone by an event, which need not be known but while the daemon is asked. */
void states_forget_gone(struct states *states);

void states_clear(struct states *states);
