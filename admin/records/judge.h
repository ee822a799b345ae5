/*
 * Telling what is wrong where stretches of a log meet. Admin's process.
 *
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */
#pragma once

#include "finding.h"
#include "stretch.h"

#include <stddef.h>

/* Who is told. */
struct judge {
    void *context;
    void (*find)(void *context, const struct finding *finding);
};

/* Tells a finding of `count` lines, from one record to another. */
void judge_tell(const struct judge *judge, enum finding_kind kind, const struct sighting *first,
                const struct sighting *last, uint64_t count);

/* Tells of all that is not on the way, and of each place where the way itself has a break. */
void judge_stretches(const struct judge *judge, const struct stretch *list, size_t count,
                     const bool *on_way);
