/*
 * What the objects of a daemon are like, as last heard. virteventd. Some hundreds of objects at the
 * most are expected of a host, so that they are looked for one by one.
 *
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */
#include "states.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static struct state *find(const struct states *states, const char *kind, const char *uuid)
{
    for (size_t i = 0; i < states->count; i++) {
        if (strcmp(states->list[i].uuid, uuid) == 0 && strcmp(states->list[i].kind, kind) == 0)
            return &states->list[i];
    }
    return NULL;
}

static struct state *add(struct states *states, const char *kind, const char *uuid)
{
    struct state *list = reallocarray(states->list, states->count + 1, sizeof(*list));
    struct state *state;

    if (!list)
        return NULL;
    states->list = list;
    state = &list[states->count++];
    *state = (struct state){.kind = kind};
    (void)snprintf(state->uuid, STATE_UUID_SIZE, "%s", uuid);
    return state;
}

/* The object under its present name; NULL where memory is short. */
static struct state *take(struct states *states, const char *kind, const char *uuid,
                          const char *name)
{
    struct state *state = find(states, kind, uuid);
    char *copy = strdup(name);

    if (copy && !state)
        state = add(states, kind, uuid);
    if (!copy || !state) {
        free(copy);
        return NULL;
    }
    free(state->name);
    state->name = copy;
    return state;
}

int states_put(struct states *states, const char *kind, const char *uuid, const char *name,
               bool active, bool transient)
{
    struct state *state = take(states, kind, uuid, name);

    if (!state)
        return -ENOMEM;
    state->active = active;
    state->transient = transient;
    state->guessed = false;
    return 0;
}

void states_begin(struct states *states)
{
    for (size_t i = 0; i < states->count; i++)
        states->list[i].fresh = false;
}

int states_note(struct states *states, const char *kind, const char *uuid, const char *name,
                const char *event)
{
    bool is_new = !find(states, kind, uuid), defined = strcmp(event, "defined") == 0;
    bool undefined = strcmp(event, "undefined") == 0, started = strcmp(event, "started") == 0;
    bool stopped = strcmp(event, "stopped") == 0;
    struct state *state;

    if (!defined && !undefined && !started && !stopped)
        return 0;
    state = take(states, kind, uuid, name);
    if (!state)
        return -ENOMEM;
    state->fresh = true;
    state->active = started || (state->active && !stopped);
    state->transient = !defined && (state->transient || undefined || (started && is_new));
    state->guessed = !defined && !undefined && (state->guessed || (started && is_new));
    state->gone = state->transient && !state->active;
    return 0;
}

void states_catch_up(const struct states *states, const char *kind, const char *uuid,
                     const char *event, states_missed *tell, void *user)
{
    const struct state *state = find(states, kind, uuid);
    bool started = strcmp(event, "started") == 0;

    if (!states->known || !state || state->fresh || (!started && strcmp(event, "stopped") != 0))
        return;
    if (state->active == started)
        tell(state, started ? "stopped" : "started", user);
}

/* Those of `states` that are not in `present` any more. */
static void tell_gone(const struct states *states, const struct states *present,
                      states_missed *tell, void *user)
{
    for (size_t i = 0; i < states->count; i++) {
        struct state *state = &states->list[i];

        if (state->fresh || find(present, state->kind, state->uuid))
            continue;
        if (state->active)
            tell(state, "stopped", user);
        if (!state->transient)
            tell(state, "undefined", user);
        state->gone = true;
    }
}

/* Events were newer than the answer, but do not say whether an object outlives its stop. */
static void mend_guess(struct state *state, const struct state *now)
{
    if (state->guessed && !now->transient)
        state->transient = state->gone = state->guessed = false;
}

static int tell_present(struct states *states, const struct state *now, states_missed *tell,
                        void *user)
{
    struct state *before = find(states, now->kind, now->uuid);

    if (before && before->fresh) {
        mend_guess(before, now);
        return 0;
    }
    if (!before && !now->transient)
        tell(now, "defined", user);
    if (now->active != (before && before->active))
        tell(now, now->active ? "started" : "stopped", user);
    return states_put(states, now->kind, now->uuid, now->name, now->active, now->transient);
}

void states_forget_gone(struct states *states)
{
    for (size_t i = states->count; i-- > 0;) {
        if (!states->list[i].gone)
            continue;
        free(states->list[i].name);
        states->list[i] = states->list[--states->count];
    }
}

static void tell_nothing(const struct state *state, const char *event, void *user)
{
}

void states_compare(struct states *states, struct states *present, states_missed *tell, void *user)
{
    states_missed *teller = states->known ? tell : tell_nothing;

    tell_gone(states, present, teller, user);
    for (size_t i = 0; i < present->count; i++) {
        if (tell_present(states, &present->list[i], teller, user) < 0)
            fprintf(stderr, "virteventd: memory is short: what becomes of %s %s may not be told\n",
                    present->list[i].kind, present->list[i].name);
    }
    states_forget_gone(states);
    states->known = true;
    states_clear(present);
}

void states_clear(struct states *states)
{
    for (size_t i = 0; i < states->count; i++)
        free(states->list[i].name);
    free(states->list);
    *states = (struct states){0};
}
