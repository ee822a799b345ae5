/*
 * Carrying out a plan. Runs in PID 1 of the hook's namespace before a script exists; the plan is
 * the helper's. From the last line on, the runner holds no more than its script.
 *
 * The order matters: the label while /proc can be written to; limits while they may still be
 * raised; the bounding set and the securebits while CAP_SETPCAP is there; the user while CAP_SETUID
 * is there; the filter last, since it may forbid all of the above.
 *
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */
#include "confine.h"

#include "cleanup.h"
#include "landlock.h"
#include "mounts.h"

#include <fcntl.h>
#include <grp.h>
#include <linux/capability.h>
#include <linux/seccomp.h>
#include <linux/securebits.h>
#include <stdbool.h>
#include <stdio.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <sys/syscall.h>

/* While the user is changed, the capabilities stay. */
#define SECUREBITS_CHANGING (SECBIT_NOROOT | SECBIT_NO_SETUID_FIXUP)

/*
 * Then, locked: uid 0 gains nothing by an exec, and no capability can be put back. But a script
 * that was root's and becomes another user, as su does, loses what it held, as it would anywhere.
 * KEEP_CAPS is left to the script: setpriv sets it while it changes its user, and its next exec
 * takes it back, and with it all that it kept.
 */
#define SECUREBITS_LAST                                                     \
    (SECBIT_NOROOT | SECBIT_NOROOT_LOCKED | SECBIT_NO_SETUID_FIXUP_LOCKED | \
     SECBIT_NO_CAP_AMBIENT_RAISE | SECBIT_NO_CAP_AMBIENT_RAISE_LOCKED)

#define CAP_BIT(number) (1ULL << (number))

int runner_map_plan(int memfd, const struct plan **ret_plan)
{
    const struct plan *plan;
    struct stat st;

    if (fstat(memfd, &st) < 0)
        return -errno;
    if (st.st_size < (off_t)sizeof(*plan) || st.st_size > (off_t)PLAN_SIZE_MAX)
        return -EPROTO;
    plan = mmap(NULL, (size_t)st.st_size, PROT_READ, MAP_PRIVATE, memfd, 0);
    if (plan == MAP_FAILED)
        return -errno;
    if (!plan_is_whole(plan, (size_t)st.st_size))
        return -EPROTO;
    *ret_plan = plan;
    return 0;
}

static int write_number(const char *path, uint64_t number)
{
    auto_close int fd = open(path, O_WRONLY | O_CLOEXEC);
    char text[24];
    int size = snprintf(text, sizeof(text), "%llu", (unsigned long long)number);

    if (fd < 0)
        return -errno;
    return write(fd, text, (size_t)size) < 0 ? -errno : 0;
}

/*
 * The namespace's own pid_max bounds the processes of this script alone, uid 0 too, which
 * RLIMIT_NPROC does neither. The kernel gives out the lowest numbers once only: they are passed
 * over, so that the bound holds from the first process on. A kernel without CHECKPOINT_RESTORE
 * cannot pass them over: there as many more processes may be had at first.
 */
static int set_pid_max(const struct plan *plan)
{
    int r;

    if (plan->pid_max == 0)
        return 0;
    r = write_number("/proc/sys/kernel/pid_max", plan->pid_max);
    if (r < 0)
        return r;
    r = write_number("/proc/sys/kernel/ns_last_pid", PLAN_PIDS_RESERVED);
    return r == -ENOENT ? 0 : r;
}

/* A limit is never raised over the one that the helper has itself, unless it may raise it. */
static int set_limit(const struct plan_limit *limit)
{
    struct rlimit now, wanted = {.rlim_cur = limit->value, .rlim_max = limit->value};

    if (getrlimit(limit->resource, &now) < 0)
        return -errno;
    if (wanted.rlim_max > now.rlim_max)
        wanted.rlim_cur = wanted.rlim_max = now.rlim_max;
    return setrlimit(limit->resource, &wanted) < 0 ? -errno : 0;
}

/* The limits for which `is_files` is true: RLIMIT_NOFILE, or else all others. */
static int set_limits(const struct plan *plan, bool is_files)
{
    int r = 0;

    for (uint32_t i = 0; r == 0 && i < plan->limit_count; i++) {
        if ((plan->limits[i].resource == RLIMIT_NOFILE) == is_files)
            r = set_limit(&plan->limits[i]);
    }
    return r;
}

int runner_limit_files(const struct plan *plan)
{
    return set_limits(plan, true);
}

static int drop_bounding_set(uint64_t keep)
{
    for (int number = 0; number <= CAP_LAST_CAP; number++) {
        if (keep & CAP_BIT(number))
            continue;
        if (prctl(PR_CAPBSET_DROP, number, 0, 0, 0) < 0 && errno != EINVAL)
            return -errno;
    }
    return 0;
}

/* Inheritable becomes `set`; permitted and effective have `extra` beside it. */
static int set_capabilities(uint64_t set, uint64_t extra)
{
    struct __user_cap_header_struct header = {.version = _LINUX_CAPABILITY_VERSION_3};
    uint64_t held = set | extra;
    struct __user_cap_data_struct data[2] = {
        {(uint32_t)held, (uint32_t)held, (uint32_t)set},
        {(uint32_t)(held >> 32), (uint32_t)(held >> 32), (uint32_t)(set >> 32)},
    };

    return syscall(SYS_capset, &header, data) < 0 ? -errno : 0;
}

static int raise_ambient_set(uint64_t set)
{
    prctl(PR_CAP_AMBIENT, PR_CAP_AMBIENT_CLEAR_ALL, 0, 0, 0);
    for (int number = 0; number <= CAP_LAST_CAP; number++) {
        if ((set & CAP_BIT(number)) &&
            prctl(PR_CAP_AMBIENT, PR_CAP_AMBIENT_RAISE, number, 0, 0) < 0)
            return -errno;
    }
    return 0;
}

static int set_user(const struct plan *plan)
{
    /* To the kernel these mean: leave it as it is. */
    if (plan->uid == (uid_t)-1 || plan->gid == (gid_t)-1)
        return -EINVAL;
    if (setgroups(0, NULL) < 0 || setresgid(plan->gid, plan->gid, plan->gid) < 0 ||
        setresuid(plan->uid, plan->uid, plan->uid) < 0)
        return -errno;
    return 0;
}

/* With the securebits set, a change of user changes no capability. */
static int begin_capabilities(const struct plan *plan)
{
    int r = drop_bounding_set(plan->capabilities);

    if (r < 0)
        return r;
    return prctl(PR_SET_SECUREBITS, SECUREBITS_CHANGING, 0, 0, 0) < 0 ? -errno : 0;
}

static int end_capabilities(const struct plan *plan)
{
    int r = set_capabilities(plan->capabilities, CAP_BIT(CAP_SETPCAP));

    if (r == 0)
        r = raise_ambient_set(plan->capabilities);
    if (r == 0 && prctl(PR_SET_SECUREBITS, SECUREBITS_LAST, 0, 0, 0) < 0)
        r = -errno;
    return r == 0 ? set_capabilities(plan->capabilities, 0) : r;
}

static int load_filter(const struct plan *plan, int *ret_listener)
{
    struct sock_fprog program = {
        .len = (unsigned short)plan->filter_count,
        .filter = (struct sock_filter *)(uintptr_t)plan->filter,
    };
    unsigned int flags = plan->flags & PLAN_NOTIFY ? SECCOMP_FILTER_FLAG_NEW_LISTENER : 0;
    long r;

    if (plan->filter_count == 0)
        return 0;
    r = syscall(SYS_seccomp, SECCOMP_SET_MODE_FILTER, flags, &program);
    if (r < 0)
        return -errno;
    if (flags)
        *ret_listener = (int)r;
    return 0;
}

static int set_privileges(const struct plan *plan)
{
    int r = 0;

    if (plan->flags & PLAN_SET_CAPS)
        r = begin_capabilities(plan);
    if (r == 0 && plan->flags & PLAN_SET_USER)
        r = set_user(plan);
    if (r == 0 && plan->flags & PLAN_SET_CAPS)
        r = end_capabilities(plan);
    /* The change of user has made the process what the kernel thinks it should be. */
    prctl(PR_SET_DUMPABLE, 0);
    return r;
}

static int set_no_new_privs(const struct plan *plan)
{
    if (!(plan->flags & PLAN_NO_NEW_PRIVS))
        return 0;
    return prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0) < 0 ? -errno : 0;
}

/* For the next exec, which is the script's: what is forked inherits it. This comes before all that
 * may take /proc away, and has no effect yet. */
static int set_label(const struct plan *plan)
{
    auto_close int fd = -EBADF;

    if (plan->label[0] == '\0')
        return 0;
    fd = open("/proc/thread-self/attr/exec", O_WRONLY | O_CLOEXEC);
    if (fd < 0)
        return -errno;
    return write(fd, plan->label, strlen(plan->label) + 1) < 0 ? -errno : 0;
}

int runner_confine(const struct plan *plan, int tmp, int *ret_listener, enum runner_step *ret_step,
                   const char **ret_path)
{
    int r;

    *ret_step = RUNNER_STEP_LABEL;
    r = set_label(plan);
    if (r < 0)
        return r;
    *ret_step = RUNNER_STEP_LIMITS;
    r = set_pid_max(plan);
    if (r < 0)
        return r;
    if (plan->flags & PLAN_PERMISSIVE)
        return set_limits(plan, false);
    *ret_step = RUNNER_STEP_MOUNTS;
    if (plan->flags & PLAN_MOUNTS)
        r = runner_mount(plan, tmp, ret_path);
    if (r < 0)
        return r;
    *ret_path = NULL;
    *ret_step = RUNNER_STEP_LIMITS;
    r = set_limits(plan, false);
    if (r < 0)
        return r;
    *ret_step = RUNNER_STEP_LANDLOCK;
    r = set_no_new_privs(plan);
    if (r == 0 && plan->flags & PLAN_LANDLOCK)
        r = runner_restrict(plan, ret_path);
    if (r < 0)
        return r;
    *ret_step = RUNNER_STEP_PRIVILEGES;
    r = set_privileges(plan);
    if (r < 0)
        return r;
    *ret_step = RUNNER_STEP_FILTER;
    return load_filter(plan, ret_listener);
}
