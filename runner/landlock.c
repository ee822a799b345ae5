/*
 * Landlock's part of a plan. Runs in PID 1 of the hook's namespaces, after the mounts and before
 * the filter. The read-only mounts say the same about writing; this is what holds where a mount is
 * missed, and for uid 0.
 *
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */
#include "landlock.h"

#include "cleanup.h"
#include "walk.h"

#include <linux/landlock.h>
#include <sys/stat.h>
#include <sys/syscall.h>

/* struct landlock_ruleset_attr as of ABI 6; linux-libc-dev 6.1 has the first member alone. */
struct ruleset_attributes {
    uint64_t handled_access_fs, handled_access_net, scoped;
};

/* Rights that make sense for something that is no folder. */
#define FILE_RIGHTS                                                                              \
    (LANDLOCK_ACCESS_FS_EXECUTE | LANDLOCK_ACCESS_FS_WRITE_FILE | LANDLOCK_ACCESS_FS_READ_FILE | \
     (1ULL << 14) /* truncate, ABI 3 */ | (1ULL << 15) /* ioctl of a device, ABI 5 */)

/* A ruleset while it is made. */
struct rules {
    const struct plan *plan;
    struct walk_owner owner;
    int fd;
};

static int allow_below(const struct rules *rules, const char *path, uint64_t rights,
                       int may_be_missing)
{
    auto_close int fd = runner_find(&rules->owner, path);
    struct landlock_path_beneath_attr rule = {.parent_fd = fd, .allowed_access = rights};
    struct stat st;

    if (fd < 0)
        return (fd == -ENOENT || fd == -ELOOP) && may_be_missing ? 0 : fd;
    if (fstat(fd, &st) < 0)
        return -errno;
    if (!S_ISDIR(st.st_mode))
        rule.allowed_access &= FILE_RIGHTS;
    return syscall(SYS_landlock_add_rule, rules->fd, LANDLOCK_RULE_PATH_BENEATH, &rule, 0) < 0
               ? -errno
               : 0;
}

/* What may be done where the script may write: its programs come from elsewhere. */
static uint64_t writing(const struct plan *plan)
{
    return plan->landlock_fs & ~(uint64_t)LANDLOCK_ACCESS_FS_EXECUTE;
}

static int allow_private(const struct rules *rules)
{
    uint64_t rights = writing(rules->plan);
    int r = allow_below(rules, "/dev", rights, 0);

    if (r == 0 && rules->plan->flags & PLAN_OWN_TMP)
        r = allow_below(rules, "/tmp", rights, 0);
    if (r == 0 && rules->plan->flags & PLAN_OWN_TMP)
        r = allow_below(rules, "/var/tmp", rights, 1);
    return r;
}

static int allow_paths(const struct rules *rules, enum plan_path_kind kind, uint64_t rights,
                       const char **ret_path)
{
    struct plan_path path;
    const char *cursor = NULL;
    int r = 0;

    while (r == 0 && plan_next_path(rules->plan, &cursor, &path)) {
        *ret_path = path.path;
        if (path.kind == kind)
            r = allow_below(rules, path.path, rights, path.may_be_missing);
    }
    if (r == 0)
        *ret_path = NULL;
    return r;
}

static int add_rules(const struct rules *rules, const char **ret_path)
{
    int r = allow_private(rules);

    if (r == 0)
        r = allow_paths(rules, PLAN_WRITABLE, writing(rules->plan), ret_path);
    if (r == 0 && rules->plan->landlock_fs & LANDLOCK_ACCESS_FS_EXECUTE)
        r = allow_paths(rules, PLAN_EXECUTABLE, LANDLOCK_ACCESS_FS_EXECUTE, ret_path);
    return r;
}

int runner_restrict(const struct plan *plan, const char **ret_path)
{
    struct ruleset_attributes attributes = {
        .handled_access_fs = plan->landlock_fs,
        .scoped = plan->landlock_scope,
    };
    struct rules rules = {.plan = plan};
    auto_close int ruleset = -EBADF;
    int r = runner_find_owner(plan->uid, &rules.owner);

    if (r < 0)
        return r;
    /* An older kernel takes the shorter structure, as long as the rest of ours is zero. */
    ruleset = (int)syscall(SYS_landlock_create_ruleset, &attributes, sizeof(attributes), 0);
    if (ruleset < 0)
        return -errno;
    rules.fd = ruleset;
    /* A rule without rights is an error. */
    r = plan->landlock_fs ? add_rules(&rules, ret_path) : 0;
    if (r < 0)
        return r;
    return syscall(SYS_landlock_restrict_self, ruleset, 0) < 0 ? -errno : 0;
}
