/*
 * From a profile to what the runner carries out. Helper; the profile was checked when the
 * configuration was read.
 *
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */
#include "prepare.h"

#include "cleanup.h"
#include "describe.h"
#include "fd.h"
#include "filter.h"
#include "plan.h"
#include "sets.h"

#include <linux/capability.h>
#include <linux/landlock.h>
#include <linux/seccomp.h>
#include <pwd.h>
#include <sched.h>
#include <stdio.h>
#include <string.h>
#include <sys/resource.h>
#include <sys/syscall.h>
#include <sys/utsname.h>

/* What of a file system Landlock handles: all that changes it; since ABI 1, 2, 3 and 5. */
#define LANDLOCK_FS_1                                                                              \
    (LANDLOCK_ACCESS_FS_WRITE_FILE | LANDLOCK_ACCESS_FS_REMOVE_DIR |                               \
     LANDLOCK_ACCESS_FS_REMOVE_FILE | LANDLOCK_ACCESS_FS_MAKE_CHAR | LANDLOCK_ACCESS_FS_MAKE_DIR | \
     LANDLOCK_ACCESS_FS_MAKE_REG | LANDLOCK_ACCESS_FS_MAKE_SOCK | LANDLOCK_ACCESS_FS_MAKE_FIFO |   \
     LANDLOCK_ACCESS_FS_MAKE_BLOCK | LANDLOCK_ACCESS_FS_MAKE_SYM)
#define LANDLOCK_FS_2 LANDLOCK_ACCESS_FS_REFER
#define LANDLOCK_FS_3 (1ULL << 14) /* truncate */
#define LANDLOCK_FS_5 (1ULL << 15) /* ioctl of a device */

/* Abstract unix sockets and signals, since ABI 6. */
#define LANDLOCK_SCOPE_6 ((1ULL << 0) | (1ULL << 1))

/*
 * No core: 0 keeps the file away, but not a program of the host's that cores are piped to, which
 * runs as root on what the script has made; at 1 the kernel does not start it (core(5),
 * fs/coredump.c).
 */
#define CORE_NONE 1

/* Once the numbers have wrapped around, the kernel gives out none up to here (RESERVED_PIDS). */
#define PIDS_RESERVED 301

/* A plan while it is made. */
struct draft {
    struct sock_filter *filter;
    char *paths;
    const char *problem; /* in words, where an errno would not say enough */
    struct plan plan;    /* its header; last, since it ends without bounds */
};

/* Before this version the file is the host's: writing there would bound the host. */
static bool has_own_pid_max(void)
{
    struct utsname name;
    unsigned long major, minor;
    char *rest;

    if (uname(&name) < 0)
        return false;
    major = strtoul(name.release, &rest, 10);
    minor = *rest == '.' ? strtoul(rest + 1, NULL, 10) : 0;
    return major > 6 || (major == 6 && minor >= 14);
}

void sandbox_look(struct sandbox_host *ret_host)
{
    uint32_t action = SECCOMP_RET_USER_NOTIF;
    long abi = syscall(SYS_landlock_create_ruleset, NULL, 0, LANDLOCK_CREATE_RULESET_VERSION);

    *ret_host = (struct sandbox_host){
        .landlock_abi = abi > 0 ? (int)abi : 0,
        .notify = syscall(SYS_seccomp, SECCOMP_GET_ACTION_AVAIL, 0, &action) == 0,
        .session = geteuid() != 0,
        .own_pid_max = has_own_pid_max(),
    };
}

static void add_limit(struct draft *draft, int resource, uint64_t value)
{
    if (value == 0)
        return;
    draft->plan.limits[draft->plan.limit_count++] = (struct plan_limit){
        .resource = (uint32_t)resource, .value = value};
}

static void add_processes(struct draft *draft, const struct profile *profile,
                          const struct sandbox_host *host)
{
    if (profile->processes > 0 && host->own_pid_max && !host->session)
        draft->plan.pid_max = PIDS_RESERVED + profile->processes;
    else
        add_limit(draft, RLIMIT_NPROC, profile->processes);
}

static void add_limits(struct draft *draft, const struct profile *profile)
{
    add_limit(draft, RLIMIT_CPU, profile->cpu_seconds);
    add_limit(draft, RLIMIT_AS, profile->memory);
    add_limit(draft, RLIMIT_FSIZE, profile->file_size);
    add_limit(draft, RLIMIT_NOFILE, profile->open_files);
    if (!profile->unconfined)
        add_limit(draft, RLIMIT_CORE, CORE_NONE);
}

static int add_path(struct draft *draft, enum plan_path_kind kind, const char *path)
{
    struct plan *plan = &draft->plan;
    bool may_be_missing = *path == '-';
    const char *plain = path + may_be_missing;
    size_t size = strlen(plain) + 3;

    if (plan->path_count == PLAN_PATHS_MAX || size > PLAN_PATHS_SIZE_MAX - plan->paths_size) {
        draft->problem = "it has more paths than fit into its plan; name the folders above them";
        return -E2BIG;
    }
    draft->paths[plan->paths_size] = (char)kind;
    draft->paths[plan->paths_size + 1] = may_be_missing ? 1 : 0;
    memcpy(draft->paths + plan->paths_size + 2, plain, size - 2);
    plan->paths_size += (uint32_t)size;
    plan->path_count++;
    return 0;
}

static int add_paths(struct draft *draft, enum plan_path_kind kind, const struct text_list *list)
{
    int r = 0;

    for (size_t i = 0; r == 0 && i < list->count; i++)
        r = add_path(draft, kind, list->texts[i]);
    return r;
}

/* A path that may be missing, whatever the profile says. */
static int add_own_path(struct draft *draft, enum plan_path_kind kind, const char *path)
{
    auto_free char *optional = NULL;

    if (!path)
        return 0;
    if (asprintf(&optional, "-%s", path) < 0)
        return -ENOMEM;
    return add_path(draft, kind, optional);
}

/* The order is that of putting back: what holds others comes before them. */
static int add_all_paths(struct draft *draft, const struct profile *profile,
                         const struct sandbox_host *host, const char *hooks)
{
    int r;

    draft->paths = malloc(PLAN_PATHS_SIZE_MAX);
    if (!draft->paths)
        return -ENOMEM;
    r = add_paths(draft, PLAN_HIDDEN, &profile->hidden);
    if (r == 0)
        r = add_own_path(draft, PLAN_HIDDEN, host->log);
    if (r == 0)
        r = add_own_path(draft, PLAN_SHOWN, hooks);
    if (r == 0)
        r = add_paths(draft, PLAN_WRITABLE, &profile->writable);
    return r == 0 ? add_paths(draft, PLAN_SOCKET, &profile->sockets) : r;
}

static int add_filter(struct draft *draft, const struct profile *profile,
                      const struct sandbox_host *host)
{
    static const char *const none[] = {NULL};
    const char *const *calls = (const char *const *)profile->syscalls.texts;
    struct filter_wish wish = {
        .calls = calls ? calls : none,
        .families = profile->families.families,
        .family_count = profile->families.count,
        .notify = host->notify,
    };
    size_t count;
    int r = filter_build(&wish, &draft->filter, &count);

    if (r == -E2BIG)
        draft->problem = "its system calls make a filter longer than the kernel takes; name fewer";
    if (r < 0)
        return r;
    draft->plan.filter_count = (uint32_t)count;
    return 0;
}

/* Landlock's rules for files refuse all mounting, whatever the capabilities. */
static bool may_mount(const struct profile *profile)
{
    static const char *const calls[] = {"mount", "move_mount", "pivot_root", "umount2"};

    if (!(profile->capabilities & (1ULL << CAP_SYS_ADMIN)))
        return false;
    for (size_t i = 0; i < sizeof(calls) / sizeof(calls[0]); i++) {
        if (syscalls_reach((const char *const *)profile->syscalls.texts, calls[i]))
            return true;
    }
    return false;
}

static uint64_t choose_landlock_fs(int abi)
{
    return (abi >= 1 ? LANDLOCK_FS_1 : 0) | (abi >= 2 ? LANDLOCK_FS_2 : 0) |
           (abi >= 3 ? LANDLOCK_FS_3 : 0) | (abi >= 5 ? LANDLOCK_FS_5 : 0);
}

static void add_landlock(struct draft *draft, const struct profile *profile,
                         const struct sandbox_host *host)
{
    struct plan *plan = &draft->plan;

    plan->landlock_fs = may_mount(profile) ? 0 : choose_landlock_fs(host->landlock_abi);
    plan->landlock_scope = host->landlock_abi >= 6 ? LANDLOCK_SCOPE_6 : 0;
    if (plan->landlock_fs || plan->landlock_scope)
        plan->flags |= PLAN_LANDLOCK;
}

static int draft_confined(struct draft *draft, const struct profile *profile,
                          const struct sandbox_host *host, const char *hooks)
{
    struct plan *plan = &draft->plan;
    int r;

    plan->flags = PLAN_SET_CAPS | PLAN_NO_NEW_PRIVS | PLAN_MOUNTS;
    plan->flags |= host->session ? 0 : PLAN_SET_USER;
    plan->flags |= host->notify ? PLAN_NOTIFY : 0;
    plan->flags |= profile->host_tmp ? 0 : PLAN_OWN_TMP;
    plan->flags |= profile->host_dev ? 0 : PLAN_OWN_DEV;
    plan->uid = profile->uid;
    plan->gid = profile->gid;
    plan->capabilities = profile->capabilities;
    plan->tmp_size = profile->tmp_size;
    add_landlock(draft, profile, host);
    r = add_filter(draft, profile, host);
    return r == 0 ? add_all_paths(draft, profile, host, hooks) : r;
}

static int seal_draft(struct draft *draft, int *ret_fd)
{
    struct plan *plan = &draft->plan;
    size_t filter_size = plan->filter_count * sizeof(struct sock_filter);
    auto_close int fd = -EBADF;
    int r = fd_new_memfd("virthook-plan", &fd);

    plan->size = (uint32_t)(sizeof(*plan) + filter_size + plan->paths_size);
    if (r == 0)
        r = fd_write_all(fd, plan, sizeof(*plan));
    if (r == 0 && filter_size > 0)
        r = fd_write_all(fd, draft->filter, filter_size);
    if (r == 0 && plan->paths_size > 0)
        r = fd_write_all(fd, draft->paths, plan->paths_size);
    if (r == 0)
        r = fd_seal(fd);
    if (r < 0)
        return r;
    *ret_fd = take_fd(&fd);
    return 0;
}

/* The user's number would be -1, which to setresuid(2) means: stay who you are. */
static bool lacks_user(const struct sandbox_host *host, const struct profile *profile)
{
    return !profile->unconfined && !host->session && profile->user_missing;
}

/* Fills the sandbox's plan, and its description from that. */
static int make_plan(const struct sandbox_host *host, const struct profile *profile,
                     const char *hooks, struct sandbox *sandbox, const char **ret_problem)
{
    struct draft draft = {};
    int r = 0;

    add_limits(&draft, profile);
    add_processes(&draft, profile, host);
    if (!profile->unconfined)
        r = draft_confined(&draft, profile, host, hooks);
    if (r == 0)
        r = seal_draft(&draft, &sandbox->plan_fd);
    if (r == 0)
        sandbox->enforced = sandbox_describe(&draft.plan, sandbox->clone_flags, sandbox->uid, host);
    if (r == 0 && !sandbox->enforced)
        r = -ENOMEM;
    if (r < 0)
        *ret_problem = draft.problem ? draft.problem : strerror(-r);
    free(draft.filter);
    free(draft.paths);
    return r;
}

static uint64_t choose_namespaces(const struct profile *profile)
{
    uint64_t pids = profile->host_pids ? 0 : CLONE_NEWPID;

    if (profile->unconfined)
        return pids;
    return pids | CLONE_NEWIPC | CLONE_NEWUTS | CLONE_NEWCGROUP |
           (profile->host_network ? 0 : CLONE_NEWNET);
}

/* A uid without an entry has no home, and its number for a name. */
static int find_user(struct sandbox *sandbox)
{
    const struct passwd *entry = getpwuid(sandbox->uid);
    char number[16];

    snprintf(number, sizeof(number), "%u", sandbox->uid);
    sandbox->user = strdup(entry ? entry->pw_name : number);
    sandbox->home = strdup(entry ? entry->pw_dir : "/");
    return sandbox->user && sandbox->home ? 0 : -ENOMEM;
}

int sandbox_prepare(const struct sandbox_host *host, const struct profile *profile,
                    const char *hooks, struct sandbox *ret_sandbox, char **ret_error)
{
    struct sandbox sandbox = {
        .profile = strdup(profile->name),
        .unconfined = profile->unconfined,
        .permissive = profile->permissive,
        .host_pids = profile->host_pids,
        .uid = profile->unconfined || host->session ? geteuid() : profile->uid,
        .gid = profile->unconfined || host->session ? getegid() : profile->gid,
        .plan_fd = -EBADF,
        .clone_flags = choose_namespaces(profile),
        .time_ms = profile->time_ms,
        .linger_ms = profile->linger_ms,
        .tmp_size = profile->unconfined || profile->host_tmp || host->session ? 0
                                                                              : profile->tmp_size,
    };
    const char *problem = strerror(ENOMEM);
    int r = sandbox.profile ? find_user(&sandbox) : -ENOMEM;

    if (r == 0 && lacks_user(host, profile)) {
        problem = "its user does not exist";
        r = -ENOENT;
    }
    if (r == 0)
        r = make_plan(host, profile, hooks, &sandbox, &problem);
    if (r < 0) {
        sandbox_clear(&sandbox);
        if (asprintf(ret_error, "profile %s cannot be prepared: %s", profile->name, problem) < 0)
            return -ENOMEM;
        return SANDBOX_E_REFUSED;
    }
    *ret_sandbox = sandbox;
    return 0;
}

void sandbox_clear(struct sandbox *sandbox)
{
    free(sandbox->profile);
    free(sandbox->enforced);
    free(sandbox->user);
    free(sandbox->home);
    close_fd(&sandbox->plan_fd);
}

int sandboxes_prepare(const struct sandbox_host *host, const struct profile_list *profiles,
                      const char *hooks, struct sandbox_list *ret_list, char **ret_error)
{
    struct sandbox_list list = {.sandboxes = calloc(profiles->count + 1, sizeof(struct sandbox))};
    int r = list.sandboxes ? 0 : -ENOMEM;

    for (size_t i = 0; r == 0 && i < profiles->count; i++) {
        const struct profile *profile = &profiles->profiles[i];

        if (lacks_user(host, profile))
            continue;
        r = sandbox_prepare(host, profile, hooks, &list.sandboxes[list.count], ret_error);
        list.count += r == 0;
    }
    if (r != 0) {
        sandboxes_clear(&list);
        return r;
    }
    *ret_list = list;
    return 0;
}

void sandboxes_clear(struct sandbox_list *list)
{
    for (size_t i = 0; i < list->count; i++)
        sandbox_clear(&list->sandboxes[i]);
    free(list->sandboxes);
    *list = (struct sandbox_list){};
}

const struct sandbox *sandbox_find(const struct sandbox_list *list, const char *profile)
{
    for (size_t i = 0; i < list->count; i++) {
        if (strcmp(list->sandboxes[i].profile, profile) == 0)
            return &list->sandboxes[i];
    }
    return NULL;
}
