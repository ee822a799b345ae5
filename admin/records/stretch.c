/*
 * Which stretches of a log belong one after the other. Admin's process; whatever bytes the log
 * holds.
 *
 * Each record on the way counts; what no helper writes costs. The best way wins: a record that was
 * put in costs more than it brings, and one that was taken out makes no way better.
 *
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */
#include "stretch.h"

#include <string.h>

#define PER_RECORD 4

/* Records are missing, or one was written anew. */
#define COST_GAP 1

/* No helper goes on like that. */
#define COST_ODD 8

#define IMPOSSIBLE INT64_MIN

static bool same_chain(const struct sighting *a, const struct sighting *b)
{
    return strcmp(a->seal.chain, b->seal.chain) == 0;
}

bool stretch_follows(const struct sighting *before, const struct sighting *next)
{
    if (!before->sealed || !next->sealed || !seal_links(&before->seal, &next->seal))
        return false;
    return before->changed || next->changed ||
           (same_chain(before, next) && next->seal.seq == before->seal.seq + 1);
}

bool stretch_takes_place(const struct sighting *before, const struct sighting *next)
{
    return before->sealed && next->sealed && next->changed && same_chain(before, next) &&
           next->seal.seq == before->seal.seq + 1;
}

bool stretch_begins(const struct stretch *list, size_t next)
{
    return seal_begins(&list[next].first.seal) &&
           (list[next].first.line == 1 || (next > 0 && !list[next - 1].first.sealed));
}

static int64_t worth(const struct stretch *stretch)
{
    return (int64_t)PER_RECORD * (stretch->count < INT32_MAX ? (int64_t)stretch->count : INT32_MAX);
}

/* Of being the first. */
static int64_t cost_of_start(const struct stretch *stretch)
{
    return seal_begins(&stretch->first.seal) || stretch->first.opens ? 0 : COST_ODD;
}

/* Of going from one to a later one; IMPOSSIBLE where that one is older. */
static int64_t cost_of_step(const struct stretch *list, size_t from, size_t to)
{
    const struct sighting *last = &list[from].last, *next = &list[to].first;
    uint64_t twice;

    if (!same_chain(last, next))
        return stretch_begins(list, to) ? COST_GAP : COST_ODD;
    if (stretch_follows(last, next))
        return 0;
    if (last->seal.seq < next->seal.seq)
        return COST_GAP;
    if (next->seal.seq <= list[from].first.seal.seq)
        return IMPOSSIBLE;
    twice = last->seal.seq - next->seal.seq + 1;
    return twice > INT32_MAX ? IMPOSSIBLE : COST_ODD + PER_RECORD * (int64_t)twice;
}

/* The best way to each stretch: what it is worth, and the stretch before it, itself at the start.
 */
struct ways {
    int64_t worth[STRETCHES_MAX];
    size_t from[STRETCHES_MAX];
};

static void find_way_to(const struct stretch *list, size_t to, struct ways *ways)
{
    bool may_start = to == 0 || !list[0].judged;

    ways->from[to] = to;
    ways->worth[to] = IMPOSSIBLE;
    if (!list[to].first.sealed)
        return;
    if (may_start)
        ways->worth[to] = list[to].judged ? 0 : -cost_of_start(&list[to]);
    for (size_t from = 0; from < to; from++) {
        int64_t cost;

        if (ways->worth[from] == IMPOSSIBLE)
            continue;
        cost = cost_of_step(list, from, to);
        if (cost == IMPOSSIBLE || ways->worth[from] - cost < ways->worth[to])
            continue;
        ways->worth[to] = ways->worth[from] - cost;
        ways->from[to] = from;
    }
    if (ways->worth[to] != IMPOSSIBLE)
        ways->worth[to] += worth(&list[to]);
}

void stretch_find_way(const struct stretch *list, size_t count, bool *ret_on_way)
{
    struct ways ways;
    size_t end = count;

    memset(ret_on_way, 0, count * sizeof(*ret_on_way));
    for (size_t i = 0; i < count; i++) {
        find_way_to(list, i, &ways);
        if (ways.worth[i] == IMPOSSIBLE)
            continue;
        if (end == count || ways.worth[i] >= ways.worth[end])
            end = i;
    }
    for (; end < count; end = ways.from[end]) {
        ret_on_way[end] = true;
        if (ways.from[end] == end)
            break;
    }
}
