/*
 * How the tests of preparing make a profile, prepare it for a host, and look at the plan. The
 * test's own process.
 *
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */
#pragma once

#include "bpf.h"
#include "fd.h"
#include "open_fds.h"
#include "plan.h"
#include "prepare.h"

#include <linux/capability.h>
#include <linux/landlock.h>
#include <sched.h>
#include <stdio.h>
#include <sys/resource.h>
#include <sys/socket.h>

#define HOOKS "/etc/virthook/hooks"

/* A host with all of it, and one with nothing. */
static const struct sandbox_host full = {.landlock_abi = 7,
                                         .notify = true,
                                         .own_pid_max = true,
                                         .namespaces = true,
                                         .own_proc = true,
                                         .cgroup = true,
                                         .cgroup_pids = true};
static const struct sandbox_host bare = {.landlock_abi = 0, .namespaces = true};

static char name[] = "p";
static char *syscalls[] = {(char[]){"@system-service"}, NULL};
static char *writable[] = {(char[]){"/w"}, (char[]){"-/w/x"}, NULL};
static char *hidden[] = {(char[]){"/h"}, NULL};
static char *readable[] = {(char[]){"/h/r"}, (char[]){"-/h/s"}, NULL};
static char *everything[] = {(char[]){"/"}, NULL};
static char *sockets[] = {(char[]){"-/run/s"}, NULL};
static int families[] = {AF_UNIX};

static inline struct profile confined(void)
{
    return (struct profile){
        .name = name,
        .uid = 1234,
        .gid = 2345,
        .capabilities = 1ULL << CAP_NET_ADMIN | 1ULL << CAP_CHECKPOINT_RESTORE,
        .syscalls = {1, syscalls},
        .families = {1, families},
        .writable = {2, writable},
        .hidden = {1, hidden},
        .readable = {2, readable},
        .executable = {1, everything},
        .sockets = {1, sockets},
        .tmp_size = 65536,
        .time_ms = 1500,
        .linger_ms = 2500,
        .cpu_seconds = 3,
        .memory = 1 << 30,
        .file_size = 4096,
        .processes = 20,
        .open_files = 64,
    };
}

/* The last one that was prepared, its plan, and the sentence of the last refusal. */
static struct sandbox sandbox;
static struct plan *plan;
static char *refusal;

static inline void forget(void)
{
    if (plan)
        sandbox_clear(&sandbox);
    free(plan);
    free(refusal);
    plan = NULL;
    refusal = NULL;
}

static inline int forget_last(void **state)
{
    forget();
    return 0;
}

/* Reads the plan back as the runner would. */
static inline void prepare(const struct sandbox_host *host, const struct profile *profile)
{
    size_t size;

    forget();
    if (sandbox_prepare(host, profile, (const char *const[]){HOOKS, NULL}, &sandbox, &refusal) != 0)
        fail_msg("refused: %s", refusal);
    assert_true(fd_is_final(sandbox.plan_fd, &size));
    plan = malloc(size);
    assert_non_null(plan);
    assert_int_equal(pread(sandbox.plan_fd, plan, size, 0), size);
    assert_true(plan_is_whole(plan, size));
}

static inline void assert_refused(const struct sandbox_host *host, const struct profile *profile,
                                  const char *why)
{
    size_t before;

    forget();
    before = open_fds();
    assert_int_equal(
        sandbox_prepare(host, profile, (const char *const[]){HOOKS, NULL}, &sandbox, &refusal),
        SANDBOX_E_REFUSED);
    assert_int_equal(open_fds(), before);
    assert_non_null(strstr(refusal, "profile p "));
    if (!strstr(refusal, why))
        fail_msg("\"%s\" does not say \"%s\"", refusal, why);
}

/* The limit's value; UINT64_MAX where the plan has none. */
static inline uint64_t limit_of(uint32_t resource)
{
    for (uint32_t i = 0; i < plan->limit_count; i++) {
        if (plan->limits[i].resource == resource)
            return plan->limits[i].value;
    }
    return UINT64_MAX;
}

static inline uint32_t answer_with(long number, uint64_t second)
{
    struct seccomp_data data = {.nr = (int)number, .arch = AUDIT_ARCH_X86_64, .args = {0, second}};
    unsigned int steps = 0;

    return bpf_ask(plan->filter, plan->filter_count, &data, &steps);
}

static inline uint32_t answer_to(long number)
{
    return answer_with(number, 0);
}
