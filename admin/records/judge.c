/*
 * Telling what is wrong where stretches of a log meet. Admin's process; whatever bytes the log
 * holds.
 *
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */
#include "judge.h"

#include <string.h>

/* Two stretches on the way, and what lies between them: those from `from` + 1 to `to` - 1. */
struct step {
    const struct stretch *list;
    size_t from, to; /* `from` is `count` at the start, `to` at the end */
    size_t count;
};

static bool at_start(const struct step *step)
{
    return step->from == step->count;
}

static bool at_end(const struct step *step)
{
    return step->to == step->count;
}

void judge_tell(const struct judge *judge, enum finding_kind kind, const struct sighting *first,
                const struct sighting *last, uint64_t count)
{
    struct finding finding = {
        .kind = kind,
        .file = first->file,
        .line = first->line,
        .lines = count,
        .chain = first->seal.chain,
        .seq = first->seal.seq,
        .last_seq = last->seal.seq,
        .call = first->call,
    };

    judge->find(judge->context, &finding);
}

static void tell_missing(const struct judge *judge, const struct sighting *next, uint64_t first,
                         uint64_t last)
{
    struct finding finding = {
        .kind = FINDING_REMOVED,
        .file = next->file,
        .line = next->line,
        .lines = 1,
        .chain = next->seal.chain,
        .seq = first,
        .last_seq = last,
        .call = "",
    };

    judge->find(judge->context, &finding);
}

static bool same_chain(const struct sighting *a, const struct sighting *b)
{
    return strcmp(a->seal.chain, b->seal.chain) == 0;
}

/* Whether the stretch is what is missing at this step, or a part of it. */
static bool fills(const struct step *step, const struct stretch *stretch)
{
    const struct sighting *from = at_start(step) ? NULL : &step->list[step->from].last;
    const struct sighting *to = at_end(step) ? NULL : &step->list[step->to].first;

    if (from && to && !same_chain(from, to))
        return false;
    if (from && !to)
        return stretch_follows(from, &stretch->first);
    return stretch->first.sealed &&
           (!from ||
            (same_chain(from, &stretch->first) && stretch->first.seal.seq > from->seal.seq)) &&
           (!to || (same_chain(to, &stretch->first) && stretch->last.seal.seq < to->seal.seq));
}

static size_t next_on_way(const bool *on_way, size_t count, size_t from)
{
    while (from < count && !on_way[from])
        from++;
    return from;
}

/* Whether the stretch is missing anywhere on the way. */
static bool fills_any(const struct step *here, const bool *on_way, const struct stretch *stretch)
{
    struct step step = {.list = here->list, .from = here->count, .count = here->count};

    for (size_t i = 0; i <= step.count; i++) {
        step.to = i = next_on_way(on_way, step.count, i);
        if (fills(&step, stretch))
            return true;
        step.from = i;
    }
    return false;
}

/* A stretch beside the way: lines that are no record, or records that do not belong there. */
static void judge_stray(const struct judge *judge, const struct step *step, const bool *on_way,
                        const struct stretch *stray)
{
    bool joined = !at_start(step) && !at_end(step) &&
                  stretch_follows(&step->list[step->from].last, &step->list[step->to].first);
    enum finding_kind kind = FINDING_INSERTED;

    if (!stray->first.sealed && !joined)
        kind = FINDING_DAMAGED;
    else if (stray->first.sealed && fills_any(step, on_way, stray))
        kind = FINDING_MOVED;
    judge_tell(judge, kind, &stray->first, &stray->last, stray->count);
}

/* How many of the records that are missing at this step stand elsewhere, or unreadable in it. */
static uint64_t count_found(const struct step *step, const bool *on_way)
{
    uint64_t found = 0;

    for (size_t i = 0; i < step->count; i++) {
        const struct stretch *stretch = &step->list[i];
        bool between = (at_start(step) || i > step->from) && i < step->to;

        if (!on_way[i] && (stretch->first.sealed ? fills(step, stretch) : between))
            found += stretch->count;
    }
    return found;
}

static void judge_start(const struct judge *judge, const struct sighting *first, uint64_t found)
{
    if (seal_begins(&first->seal) || first->changed)
        return;
    if (first->seal.seq == 1)
        judge_tell(judge, FINDING_REWRITTEN, first, first, 1);
    else if (first->opens)
        judge_tell(judge, FINDING_LATE_START, first, first, 1);
    else if (found == 0)
        tell_missing(judge, first, first->seal.seq - 1, first->seal.seq - 1);
}

/* Whether the two stand side by side in the chain, and neither knows of the other. */
static bool is_torn_apart(const struct sighting *last, const struct sighting *next)
{
    return same_chain(last, next) && next->seal.seq == last->seal.seq + 1 && !last->changed &&
           !next->changed && !stretch_follows(last, next);
}

/* Of two that do not fit the first is wrong, but for one that does not fit the next either. */
static bool next_is_to_blame(const struct step *step, const bool *on_way)
{
    size_t behind = next_on_way(on_way, step->count, step->to + 1);
    const struct stretch *next = &step->list[step->to];

    return next->count == 1 && behind < step->count &&
           is_torn_apart(&next->last, &step->list[behind].first);
}

/* Numbers that come twice: what stood last before the step is not what the chain went on from. */
static void tell_twice(const struct judge *judge, const struct sighting *last,
                       const struct sighting *next)
{
    struct sighting first = *last;
    uint64_t twice = last->seal.seq - next->seal.seq + 1;

    first.seal.seq = next->seal.seq;
    first.line = last->line >= twice ? last->line - twice + 1 : 1;
    first.call[0] = '\0';
    judge_tell(judge, FINDING_INSERTED, &first, last, twice);
}

/* Where the way goes from one stretch to the next of the same chain. */
static void judge_gap(const struct judge *judge, const struct step *step, const bool *on_way)
{
    const struct sighting *last = &step->list[step->from].last;
    const struct sighting *next = &step->list[step->to].first;

    if (stretch_follows(last, next))
        return;
    if (is_torn_apart(last, next)) {
        if (!next_is_to_blame(step, on_way))
            judge_tell(judge, FINDING_REWRITTEN, last, last, 1);
    } else if (next->seal.seq <= last->seal.seq) {
        tell_twice(judge, last, next);
    } else if (count_found(step, on_way) < next->seal.seq - last->seal.seq - 1) {
        tell_missing(judge, next, last->seal.seq + 1, next->seal.seq - 1);
    }
}

/* Where a stretch on the way begins. */
static void judge_step(const struct judge *judge, const struct step *step, const bool *on_way)
{
    const struct sighting *next = &step->list[step->to].first;

    if (step->list[step->to].judged)
        return;
    if (next->changed)
        judge_tell(judge, FINDING_CHANGED, next, next, 1);
    if (at_start(step))
        judge_start(judge, next, count_found(step, on_way));
    else if (same_chain(&step->list[step->from].last, next))
        judge_gap(judge, step, on_way);
    else if (stretch_begins(step->list, step->to))
        judge_tell(judge, FINDING_NEW_CHAIN, next, next, 1);
    else if (!next->changed)
        judge_tell(judge, FINDING_RESTARTED, next, next, 1);
}

void judge_stretches(const struct judge *judge, const struct stretch *list, size_t count,
                     const bool *on_way)
{
    struct step step = {.list = list, .from = count, .count = count};

    for (size_t i = 0; i <= count; i++) {
        size_t between = i;

        step.to = i = next_on_way(on_way, count, i);
        for (; between < i; between++)
            judge_stray(judge, &step, on_way, &list[between]);
        if (i < count)
            judge_step(judge, &step, on_way);
        step.from = i;
    }
}
