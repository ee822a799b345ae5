/*
 * Heads of chains that were kept elsewhere, held against a log. Admin's process; whatever bytes the
 * log holds.
 *
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */
#include "expected.h"

#include <inttypes.h>
#include <stdio.h>
#include <string.h>

bool expected_read(const char *text, struct expected *ret_expected)
{
    struct expected expected = {.text = text};

    if (!seal_read_head(text, &expected.head))
        return false;
    *ret_expected = expected;
    return true;
}

void expected_see(struct expected *expected, const struct sighting *sighting)
{
    uint64_t seq = sighting->seal.seq;

    if (sighting->changed || strcmp(expected->head.chain, sighting->seal.chain) != 0)
        return;
    if (expected->oldest == 0 || seq < expected->oldest)
        expected->oldest = seq;
    if (seq > expected->newest)
        expected->newest = seq;
    if (seq != expected->head.seq)
        return;
    if (strcmp(expected->head.hash, sighting->seal.hash) == 0)
        expected->found = true;
    else
        expected->other = *sighting;
}

static bool is_rotated_away(const struct expected *expected)
{
    return expected->head.seq < expected->oldest;
}

bool expected_holds(const struct expected *expected)
{
    return expected->found || is_rotated_away(expected);
}

char *expected_sentence(const struct expected *expected)
{
    uint64_t seq = expected->head.seq;
    char *sentence;
    int length;

    if (expected->found)
        length = asprintf(&sentence, "record %" PRIu64 " is there, as it was", seq);
    else if (expected->other.sealed)
        length = asprintf(&sentence,
                          "record %" PRIu64 " is another one now, in line %" PRIu64
                          " of %s: the chain was written anew",
                          seq, expected->other.line, expected->other.file);
    else if (expected->newest == 0)
        length = asprintf(&sentence, "no record of this chain is there: the log was replaced or "
                                     "taken away, or all files with it were rotated away");
    else if (is_rotated_away(expected))
        length = asprintf(&sentence,
                          "record %" PRIu64 " is not there to be compared: the chain's files "
                          "before record %" PRIu64 " were rotated away",
                          seq, expected->oldest);
    else if (seq > expected->newest)
        length = asprintf(&sentence,
                          "the chain's end was cut off: its last record is %" PRIu64
                          ", and %" PRIu64 " was there",
                          expected->newest, seq);
    else
        length = asprintf(&sentence, "record %" PRIu64 " is not there any more", seq);
    return length < 0 ? NULL : sentence;
}
