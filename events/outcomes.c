/*
 * What came of deliveries. virteventd, any thread. What the helper says comes as text that it made
 * safe for a terminal.
 *
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */
#include "outcomes.h"

#include "clock.h"

#include <inttypes.h>
#include <stdio.h>
#include <string.h>

void outcomes_init(struct outcomes *outcomes)
{
    *outcomes = (struct outcomes){0};
    pthread_mutex_init(&outcomes->lock, NULL);
}

void outcomes_end(struct outcomes *outcomes)
{
    pthread_mutex_destroy(&outcomes->lock);
}

static void add(struct outcomes_of_a_kind *kind, unsigned int count, const char *note)
{
    if (count == 0)
        return;
    kind->count += count;
    (void)snprintf(kind->last, sizeof(kind->last), "%s", note);
}

bool outcomes_note(struct outcomes *outcomes, const struct deliver_result *result)
{
    bool is_over = result->outcome == DELIVER_DONE || result->outcome == DELIVER_AGAIN;
    bool is_back;

    pthread_mutex_lock(&outcomes->lock);
    is_back = outcomes->helper_away && is_over;
    outcomes->delivered += result->outcome == DELIVER_DONE;
    outcomes->retried += result->retried;
    add(&outcomes->given_up, result->given_up, result->given_up_note);
    add(&outcomes->refused, result->outcome == DELIVER_REFUSED, result->note);
    add(&outcomes->not_run, result->outcome == DELIVER_NOT_RUN, result->note);
    if (is_back) {
        outcomes->helper_away = false;
        fprintf(stderr, "virteventd: the helper takes events again\n");
    }
    pthread_mutex_unlock(&outcomes->lock);
    return is_back;
}

static uint64_t bounded(uint64_t away_ms)
{
    return away_ms < OUTCOMES_AWAY_MOST_MS ? away_ms : OUTCOMES_AWAY_MOST_MS;
}

uint64_t outcomes_note_absence(struct outcomes *outcomes, const char *note, uint64_t first_ms)
{
    uint64_t now_ms = clock_now_ms(), until_ms;

    pthread_mutex_lock(&outcomes->lock);
    if (!outcomes->helper_away) {
        outcomes->helper_away = true;
        outcomes->away_ms = bounded(first_ms);
        outcomes->away_until_ms = now_ms + outcomes->away_ms;
        fprintf(stderr, "virteventd: no helper takes events, which wait and are sent again: %s\n",
                note);
    } else if (now_ms >= outcomes->away_until_ms) {
        outcomes->away_ms = bounded(outcomes->away_ms * 2);
        outcomes->away_until_ms = now_ms + outcomes->away_ms;
    }
    until_ms = outcomes->away_until_ms;
    pthread_mutex_unlock(&outcomes->lock);
    return until_ms;
}

static void say(struct outcomes_of_a_kind *kind, const char *what)
{
    if (kind->count > kind->said)
        fprintf(stderr, "virteventd: %s: %" PRIu64 "; the last: %s\n", what,
                kind->count - kind->said, kind->last);
    kind->said = kind->count;
}

void outcomes_say(struct outcomes *outcomes)
{
    pthread_mutex_lock(&outcomes->lock);
    say(&outcomes->given_up, "scripts that exited with 75 each time and are not tried again");
    say(&outcomes->refused, "events that the helper refused and are lost");
    say(&outcomes->not_run, "calls in which the helper ran nothing and which are made again");
    pthread_mutex_unlock(&outcomes->lock);
}
