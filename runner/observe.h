/*
 * What a permissive script does that its profile, were it strict, would have refused: the filter
 * asks, it is looked at, told to the helper, and let go on. Runner.
 *
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */
#pragma once

#include "job.h"
#include "sights.h"
#include "view.h"

#include <linux/seccomp.h>
#include <stdbool.h>
#include <stdint.h>

/* Large: it belongs into static memory, and starts as zeros. */
struct observer {
    const struct plan *plan;
    bool began; /* the script's own exec, which is the runner's doing, is over */
    struct view view;
    struct sights sights;
};

/* What takes memory; the plan is borrowed. To be done before limits hold. */
void observer_prepare(struct observer *observer, const struct plan *plan);

/*
 * Begins with a listener, which stays the caller's. `report` is called with each new thing that is
 * seen, RUNNER_SIGHTS_MAX times at the most.
 */
void observer_begin(struct observer *observer, int listener,
                    void (*report)(const struct runner_report *report));

/*
 * Takes one question of the filter and answers "go on". The listener is readable. What it looks at
 * is the script's: it may take as long as the script likes.
 */
void observer_take(struct observer *observer);

/* One call, and what is watched of it. */
struct question {
    struct observer *observer;
    const struct seccomp_notif *call;
    const struct plan_watch *watch;
};

/* The argument of this number; 0 for a negative one. */
uint64_t question_argument(const struct question *question, int number);

/* Whether the profile grants the capability. */
bool question_holds(const struct question *question, int capability);

/* Tells of the network, unless the profile has the host's. */
void question_tell_network(const struct question *question);

/* Tells of it: see sights_tell(). */
void question_tell(const struct question *question, enum runner_sight sight, uint32_t value,
                   const char *path);
