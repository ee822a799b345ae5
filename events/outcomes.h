/*
 * What came of deliveries: counted, said on stderr in bounds, and whether there is a helper.
 * virteventd, any thread.
 *
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */
#pragma once

#include "deliver.h"

#include <pthread.h>
#include <stdbool.h>
#include <stdint.h>

/* A helper that is away is asked for at least so often. */
#define OUTCOMES_AWAY_MOST_MS 30000

/* Since the start; what is said is the same number, later. */
struct outcomes_of_a_kind {
    uint64_t count, said;
    char last[DELIVER_NOTE_SIZE];
};

struct outcomes {
    pthread_mutex_t lock;
    uint64_t delivered, retried;
    struct outcomes_of_a_kind given_up, refused, not_run;
    bool helper_away;
    uint64_t away_ms;       /* from one try to the next */
    uint64_t away_until_ms; /* the next try */
};

void outcomes_init(struct outcomes *outcomes);
void outcomes_end(struct outcomes *outcomes);

/* Takes in how a delivery went. Returns whether the helper is back with it. */
bool outcomes_note(struct outcomes *outcomes, const struct deliver_result *result);

/*
 * There was no helper. Returns when to try again: after `first_ms`, then after twice as long each
 * time.
 */
uint64_t outcomes_note_absence(struct outcomes *outcomes, const char *note, uint64_t first_ms);

/* Says on stderr what has been given up, refused or not run since it was called last. */
void outcomes_say(struct outcomes *outcomes);
