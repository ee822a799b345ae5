/*
 * What scripts leave behind and their profile lets live on after the verdict. Helper. It is as
 * hostile as its script, and confined as before; the verdict has gone, and nothing that it does
 * changes that.
 *
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */
#include "linger.h"

#include "cleanup.h"
#include "results.h"

#include <stdio.h>
#include <string.h>

struct linger {
    struct linger *previous, *next;
    struct helper *helper;
    struct run *run;
    uint64_t number; /* the call's */
    char *driver, *object, *operation, *sub_operation, *path, *profile;
};

static void free_linger(struct linger *linger)
{
    run_free(linger->run);
    free(linger->driver);
    free(linger->object);
    free(linger->operation);
    free(linger->sub_operation);
    free(linger->path);
    free(linger->profile);
    free(linger);
}

static void link_linger(struct linger *linger)
{
    struct helper *helper = linger->helper;

    linger->next = helper->lingers;
    if (linger->next)
        linger->next->previous = linger;
    helper->lingers = linger;
    helper->linger_count++;
}

static void unlink_linger(struct linger *linger)
{
    struct helper *helper = linger->helper;

    if (linger->previous)
        linger->previous->next = linger->next;
    else
        helper->lingers = linger->next;
    if (linger->next)
        linger->next->previous = linger->previous;
    helper->linger_count--;
}

static const char *describe_end(const struct run_result *result)
{
    if (result->timed_out)
        return "timed-out";
    if (result->cancelled)
        return "told-to";
    return result->problem ? "lost" : "by-itself";
}

static void record(struct linger *linger)
{
    const struct run_result *result = run_get_result(linger->run);
    struct audit_log *audit = linger->helper->audit;
    const struct audit_linger ended = {
        .number = linger->number,
        .driver = linger->driver,
        .object = linger->object,
        .operation = linger->operation,
        .sub_operation = linger->sub_operation,
        .path = linger->path,
        .profile = linger->profile,
        .ended = describe_end(result),
        .problem = result->unkillable ? results_stuck_text : result->problem,
        .denied = result->denied,
        .duration_ms = result->duration_ms,
        .has_killed = result->has_killed,
        .killed = result->killed,
        .stdout_bytes = result->stdout_bytes,
        .stderr_bytes = result->stderr_bytes,
        .stdout_tail = result->stdout_tail,
        .stderr_tail = result->stderr_tail,
    };

    if (audit_linger(audit, &ended) < 0)
        audit_count_lost(audit);
}

static void ended(void *owner)
{
    struct linger *linger = owner;
    struct helper *helper = linger->helper;

    record(linger);
    unlink_linger(linger);
    free_linger(linger);
    helper_stop_when_done(helper);
}

static struct linger *new_linger(const struct audit_call *call, const char *path,
                                 const char *profile)
{
    const struct message_call *request = call->request;
    struct linger *linger = calloc(1, sizeof(*linger));

    if (!linger)
        return NULL;
    linger->number = call->number;
    linger->driver = strdup(request->driver);
    linger->object = strdup(request->object);
    linger->operation = strdup(request->operation);
    linger->sub_operation = strdup(request->sub_operation);
    linger->path = strdup(path);
    linger->profile = strdup(profile ? profile : "");
    if (linger->driver && linger->object && linger->operation && linger->sub_operation &&
        linger->path && linger->profile)
        return linger;
    free_linger(linger);
    return NULL;
}

void linger_take(struct helper *helper, struct run *run, const struct audit_call *call,
                 const char *path, const char *profile)
{
    struct linger *linger = new_linger(call, path, profile);

    if (!linger) {
        run_free(run);
        audit_count_lost(helper->audit);
        return;
    }
    linger->helper = helper;
    linger->run = run;
    link_linger(linger);
    run_linger(run, ended, linger);
    if (helper->ending || helper->linger_count > LINGERS_MAX)
        run_cancel(run);
}

void linger_end_all(struct helper *helper)
{
    for (struct linger *linger = helper->lingers; linger; linger = linger->next)
        run_cancel(linger->run);
}
