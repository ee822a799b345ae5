/*
 * Whether the log of one helper is as it was written. Admin's process; whatever bytes the log
 * holds, memory is bounded: by the longest line, and by so many stretches.
 *
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */
#include "verify_log.h"

#include "judge.h"
#include "sight.h"

#include <errno.h>
#include <string.h>

/* A stretch of so many records is long enough to look what lies before it. */
#define LONG_ENOUGH 16

struct verification {
    struct judge judge;
    const struct verify_listener *listener;
    struct verify_summary summary;
    struct stretch list[STRETCHES_MAX];
    size_t count;
};

static void note_finding(void *context, const struct finding *finding)
{
    struct verification *verification = context;
    const struct verify_listener *listener = verification->listener;

    verification->summary.breaks += finding_is_break(finding) ? 1 : 0;
    if (listener->find)
        listener->find(listener->context, finding);
}

/* Keeps of the stretches the last one on the way alone, and what the summary needs of all. */
static void collapse(struct verification *verification, const bool *on_way)
{
    struct verify_summary *summary = &verification->summary;
    const struct stretch *list = verification->list, *last = NULL;

    for (size_t i = 0; i < verification->count; i++) {
        if (!on_way[i])
            continue;
        if (!summary->first.sealed)
            summary->first = list[i].first;
        if (!last || strcmp(last->last.seal.chain, list[i].first.seal.chain) != 0)
            summary->chains += list[i].judged ? 0 : 1;
        summary->last = list[i].last;
        last = &list[i];
    }
    verification->count = last ? 1 : 0;
    if (last)
        memmove(&verification->list[0], last, sizeof(*last));
    verification->list[0].judged = last;
}

static void settle(struct verification *verification)
{
    bool on_way[STRETCHES_MAX];

    stretch_find_way(verification->list, verification->count, on_way);
    judge_stretches(&verification->judge, verification->list, verification->count, on_way);
    collapse(verification, on_way);
}

static bool last_is_on_way(const struct verification *verification)
{
    bool on_way[STRETCHES_MAX];

    stretch_find_way(verification->list, verification->count, on_way);
    return on_way[verification->count - 1];
}

static struct stretch *current(struct verification *verification)
{
    return verification->count > 0 ? &verification->list[verification->count - 1] : NULL;
}

static void begin_stretch(struct verification *verification, const struct sighting *seen)
{
    if (verification->count == STRETCHES_MAX)
        settle(verification);
    verification->list[verification->count++] = (struct stretch){
        .first = *seen, .last = *seen, .count = 1};
}

/* A changed record that was first is known by the one that follows on it. */
static void mend_first(struct stretch *stretch, const struct sighting *next)
{
    if (stretch->count > 1 || !stretch->first.changed || next->changed)
        return;
    memcpy(stretch->first.seal.chain, next->seal.chain, sizeof(next->seal.chain));
    stretch->first.seal.seq = next->seal.seq - 1;
}

static void lengthen(struct verification *verification, struct stretch *stretch,
                     const struct sighting *seen)
{
    struct sighting *last = &stretch->last;
    struct sighting next = *seen;

    if (next.changed) {
        memcpy(next.seal.chain, last->seal.chain, sizeof(next.seal.chain));
        next.seal.seq = last->seal.seq + 1;
    }
    mend_first(stretch, &next);
    stretch->before = *last;
    stretch->last = next;
    stretch->count++;
    /* Powers of two: what does not settle soon is looked at ever more rarely. */
    if (verification->count > 1 && stretch->count >= LONG_ENOUGH &&
        (stretch->count & (stretch->count - 1)) == 0 && last_is_on_way(verification))
        settle(verification);
}

/* The last record was put in: this one follows on the one before. */
static bool is_fork(const struct stretch *stretch, const struct sighting *seen)
{
    return stretch->count > 1 && !stretch_follows(&stretch->last, seen) &&
           stretch_follows(&stretch->before, seen);
}

static void drop_fork(struct verification *verification)
{
    struct stretch *stretch = current(verification);

    judge_tell(&verification->judge, FINDING_INSERTED, &stretch->last, &stretch->last, 1);
    stretch->last = stretch->before;
    stretch->count--;
}

/* A changed record within a stretch is told when it is clear that it was not put in. */
static void tell_changed(struct verification *verification)
{
    const struct stretch *stretch = current(verification);

    if (stretch && stretch->count > 1 && stretch->last.changed)
        judge_tell(&verification->judge, FINDING_CHANGED, &stretch->last, &stretch->last, 1);
}

static bool goes_on(const struct stretch *stretch, const struct sighting *seen)
{
    if (!seen->sealed || !stretch->last.sealed)
        return seen->sealed == stretch->last.sealed;
    return stretch_follows(&stretch->last, seen) || stretch_takes_place(&stretch->last, seen);
}

static void take(struct verification *verification, const struct sighting *seen)
{
    struct stretch *stretch = current(verification);

    if (stretch && is_fork(stretch, seen))
        drop_fork(verification);
    else
        tell_changed(verification);
    if (stretch && goes_on(stretch, seen))
        lengthen(verification, stretch, seen);
    else
        begin_stretch(verification, seen);
}

static void tell_torn(struct verification *verification, const struct sighting *seen)
{
    struct finding finding = {.kind = FINDING_TORN,
                              .file = seen->file,
                              .line = seen->line,
                              .lines = 1,
                              .chain = "",
                              .call = ""};

    note_finding(verification, &finding);
}

static void take_line(struct verification *verification, const struct chain *lines)
{
    const struct verify_listener *listener = verification->listener;
    struct sighting seen = sight(lines);

    if (lines->torn) {
        tell_torn(verification, &seen);
        return;
    }
    verification->summary.records += seen.sealed ? 1 : 0;
    if (seen.sealed && listener->see)
        listener->see(listener->context, &seen);
    take(verification, &seen);
}

static void end(struct verification *verification, const struct chain *lines)
{
    tell_changed(verification);
    settle(verification);
    verification->summary.damaged = lines->damaged;
    verification->summary.error = lines->error;
}

int verify_log(struct log_file *files, size_t count, const struct verify_listener *listener,
               struct verify_summary *ret_summary)
{
    struct verification verification = {.listener = listener};
    struct chain lines = {.files = files, .count = count};
    int r;

    verification.judge = (struct judge){.context = &verification, .find = note_finding};
    while ((r = chain_next(&lines)) > 0)
        take_line(&verification, &lines);
    if (r == 0) {
        end(&verification, &lines);
        *ret_summary = verification.summary;
    }
    chain_clear(&lines);
    return r;
}

/* The last record of this file; `*last` stays where it has none. */
static int find_last(struct log_file *file, struct sighting *last)
{
    struct chain lines = {.files = file, .count = 1};
    int r;

    while ((r = chain_next(&lines)) > 0) {
        struct sighting seen = sight(&lines);

        if (seen.sealed && !lines.torn)
            *last = seen;
    }
    if (r == 0 && lines.damaged)
        r = -lines.error;
    chain_clear(&lines);
    return r;
}

int verify_last(struct log_file *files, size_t count, struct sighting *ret_last)
{
    struct sighting last = {0};
    int r = 0;

    while (r == 0 && count > 0 && !last.sealed)
        r = find_last(&files[--count], &last);
    if (r < 0)
        return r;
    if (!last.sealed)
        return -ENOENT;
    *ret_last = last;
    return 0;
}
