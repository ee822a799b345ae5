/*
 * What holds a script, in words. Helper; told from the plan itself, so that it says what is carried
 * out.
 *
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */
#include "describe.h"

#include "capabilities.h"

#include <linux/landlock.h>
#include <sched.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static void write_names(FILE *stream, uint64_t capabilities, const char *between)
{
    const char *before = "";

    for (int number = 0; number < 64; number++) {
        const char *name = capability_name(number);

        if (!(capabilities & (1ULL << number)))
            continue;
        if (name)
            fprintf(stream, "%s%s", before, name);
        else
            fprintf(stream, "%s%d", before, number);
        before = between;
    }
}

static void write_capabilities(FILE *stream, uint64_t capabilities)
{
    fputs(" capabilities:", stream);
    if (capabilities == 0)
        fputs("none", stream);
    write_names(stream, capabilities, ",");
}

char *sandbox_list_capabilities(const struct plan *plan)
{
    char *text = NULL;
    size_t size;
    FILE *stream = open_memstream(&text, &size);

    if (!stream)
        return NULL;
    write_names(stream, plan->capabilities, " ");
    if (fclose(stream) != 0) {
        free(text);
        return NULL;
    }
    return text;
}

static void write_label(FILE *stream, const struct plan *plan)
{
    const char *role = strchr(plan->label, ':');
    const char *type = role ? strchr(role + 1, ':') : NULL;

    if (type)
        fprintf(stream, " selinux:%.*s", (int)strcspn(type + 1, ":"), type + 1);
}

static void write_plan(FILE *stream, const struct plan *plan, const struct sandbox_host *host)
{
    if (plan->flags & PLAN_PERMISSIVE) {
        fputs(" permissive", stream);
        return;
    }
    if (plan->flags & PLAN_SET_CAPS)
        write_capabilities(stream, plan->capabilities);
    if (plan->flags & PLAN_NO_NEW_PRIVS)
        fputs(" no-new-privs", stream);
    if (plan->filter_count > 0)
        fputs(plan->flags & PLAN_NOTIFY ? " seccomp:notify" : " seccomp:errno", stream);
    if (plan->flags & PLAN_LANDLOCK)
        fprintf(stream, plan->landlock_fs ? " landlock:%d" : " landlock-scopes:%d",
                host->landlock_abi);
    if (plan->landlock_fs & LANDLOCK_ACCESS_FS_EXECUTE)
        fputs(" executable", stream);
    if (plan->flags & PLAN_MOUNTS)
        fputs(" mounts", stream);
}

static void write_namespaces(FILE *stream, const struct plan *plan, uint64_t clone_flags)
{
    if (clone_flags & CLONE_NEWNET)
        fputs(" network:none", stream);
    fputs(plan->flags & PLAN_HOST_PIDS ? " pids:host" : " pid", stream);
    if (clone_flags & CLONE_NEWIPC)
        fputs(" ipc", stream);
    if (clone_flags & CLONE_NEWUTS)
        fputs(" uts", stream);
    if (clone_flags & CLONE_NEWCGROUP)
        fputs(" cgroup", stream);
}

char *sandbox_describe(const struct plan *plan, uint64_t clone_flags, uid_t uid,
                       const struct sandbox_host *host)
{
    char *text = NULL;
    size_t size;
    FILE *stream = open_memstream(&text, &size);

    if (!stream)
        return NULL;
    fprintf(stream, "user:%u", uid);
    write_label(stream, plan);
    write_plan(stream, plan, host);
    write_namespaces(stream, plan, clone_flags);
    if (fclose(stream) != 0) {
        free(text);
        return NULL;
    }
    return text;
}
