/*
 * What verifying a log finds, in words. Admin's process.
 *
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */
#include "finding.h"

#include "cleanup.h"

#include <inttypes.h>
#include <stdio.h>

static const struct words {
    const char *word, *told;
    bool is_break;
    const char *of_many; /* where that takes other words */
} words[] = {
    [FINDING_CHANGED] = {"changed",
                         "was changed: its hash is not that of what stands there; a disk's fault "
                         "can do that too",
                         true},
    [FINDING_DAMAGED] = {"damaged",
                         "no record of a chain: it was changed or put in, or a power cut or a full "
                         "disk damaged it",
                         true,
                         "no records of a chain: they were changed or put in, or a power cut or a "
                         "full disk damaged them"},
    [FINDING_REWRITTEN] = {"rewritten",
                           "was changed and given a new hash: the record behind it was made after "
                           "another one",
                           true},
    [FINDING_REMOVED] = {"removed",
                         "missing before this line: removed, or in a file that was taken away or "
                         "lost to a power cut",
                         true},
    [FINDING_INSERTED] = {"inserted",
                          "does not belong here: it was put in, as a copy or forged; its "
                          "neighbours fit together without it",
                          true,
                          "do not belong here: they were put in, as copies or forged; their "
                          "neighbours fit together without them"},
    [FINDING_MOVED] = {"moved",
                       "stands out of its place: it was moved, or two records were swapped", true,
                       "stand out of their place: they were moved"},
    [FINDING_RESTARTED] = {"restarted",
                           "goes on in another chain in the midst of a file: what stood between "
                           "was replaced or taken out",
                           true},
    [FINDING_LATE_START] = {"late-start",
                            "the first that is here: older ones were in files that were rotated "
                            "away, or removed",
                            false},
    [FINDING_NEW_CHAIN] = {"new-chain",
                           "begins a new chain: the helper found no log, or no sound end of one, "
                           "to go on with, as where it was moved away or compressed",
                           false},
    [FINDING_TORN] = {"torn",
                      "half a line at the end: a helper was killed, or is writing now; the next "
                      "helper cuts it off",
                      false},
};

bool finding_is_break(const struct finding *finding)
{
    return words[finding->kind].is_break;
}

const char *finding_word(const struct finding *finding)
{
    return words[finding->kind].word;
}

/* "record 7 (call …)", "records 7 to 9", or, where that is not known, "this line". */
static char *name_records(const struct finding *finding)
{
    char *name = NULL;
    int length;

    if (!finding->chain[0] && finding->lines > 1)
        length = asprintf(&name, "this line and the %" PRIu64 " behind it", finding->lines - 1);
    else if (!finding->chain[0])
        length = asprintf(&name, "this line");
    else if (finding->last_seq > finding->seq)
        length = asprintf(&name, "records %" PRIu64 " to %" PRIu64, finding->seq,
                          finding->last_seq);
    else if (finding->call[0])
        length = asprintf(&name, "record %" PRIu64 " (call %s)", finding->seq, finding->call);
    else
        length = asprintf(&name, "record %" PRIu64, finding->seq);
    return length < 0 ? NULL : name;
}

static bool is_one(const struct finding *finding)
{
    return finding->chain[0] ? finding->last_seq <= finding->seq : finding->lines <= 1;
}

/* What stands between the name and the words. */
static const char *verb_of(const struct finding *finding)
{
    switch (finding->kind) {
    case FINDING_DAMAGED:
    case FINDING_REMOVED:
    case FINDING_LATE_START:
    case FINDING_TORN:
        return is_one(finding) ? " is" : " are";
    default:
        return "";
    }
}

char *finding_sentence(const struct finding *finding)
{
    const struct words *said = &words[finding->kind];
    const char *told = is_one(finding) || !said->of_many ? said->told : said->of_many;
    auto_free char *name = name_records(finding);
    char *sentence;

    if (!name || asprintf(&sentence, "%s%s %s", name, verb_of(finding), told) < 0)
        return NULL;
    return sentence;
}
