/*
 * Heads of chains that were kept elsewhere, held against a log: only they show that a tail was cut
 * off, or that a chain was replaced as a whole. Admin's process.
 *
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */
#pragma once

#include "stretch.h"

struct expected {
    const char *text; /* borrowed: CHAIN:SEQ:HASH as it was given */
    struct seal head;
    bool found;
    struct sighting other;   /* another record of this number; `sealed` is false where none is */
    uint64_t oldest, newest; /* numbers of the chain's records that were seen; 0: none */
};

/* False where the text is no head. */
bool expected_read(const char *text, struct expected *ret_expected);

/* Takes note of a record of a log. */
void expected_see(struct expected *expected, const struct sighting *sighting);

/*
 * When all logs were read: whether they may be what they were when the head was kept. True where
 * the record is there, and where it was in a file that was rotated away.
 */
bool expected_holds(const struct expected *expected);

/* A sentence for people. NULL where memory is short; the caller frees. */
char *expected_sentence(const struct expected *expected);
