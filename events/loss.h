/*
 * What was lost of whom, until it is told. virteventd; who calls holds the queue's lock.
 *
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */
#pragma once

#include "queue.h"

/* Objects that are counted one by one; all others together. */
#define LOSSES_MOST 1000

struct losses {
    struct queue_loss *list;
    size_t count;
};

/* Where memory is short it is not counted here. */
void losses_count(struct losses *losses, const struct delivery *lost, bool coalesced);

/* The oldest, the caller's; false where there is none. */
bool losses_take(struct losses *losses, struct queue_loss *ret_loss);

void losses_clear(struct losses *losses);
