/*
 * The helper's own privileges. Helper, at start; all input is root's configuration.
 *
 * Root makes a user namespace that the helper's user will own, with the scripts' users mapped into
 * it. After that the helper is an ordinary user without a capability, and what making a runner
 * takes it has in that namespace alone. Where a profile in use is beyond this, it stays root with
 * the capabilities that the profiles and their runners need.
 *
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */
#include "privilege.h"

#include "cleanup.h"
#include "runner_path.h"
#include "state.h"
#include "tmp.h"
#include "vet.h"

#include <cap-ng.h>
#include <fcntl.h>
#include <grp.h>
#include <limits.h>
#include <linux/capability.h>
#include <pwd.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/stat.h>
#include <sys/wait.h>

static int __attribute__((format(printf, 2, 3)))
stay_root(struct privilege *privilege, const char *format, ...)
{
    auto_free char *text = NULL;
    va_list arguments;
    int length;

    va_start(arguments, format);
    length = vasprintf(&text, format, arguments);
    va_end(arguments);
    privilege->user = false;
    privilege->needs.root = true;
    return length < 0 ? -ENOMEM : text_list_add(&privilege->needs.reasons, text);
}

static int __attribute__((format(printf, 2, 3))) refuse(char **ret_error, const char *format, ...)
{
    va_list arguments;
    int length;

    va_start(arguments, format);
    length = vasprintf(ret_error, format, arguments);
    va_end(arguments);
    return length < 0 ? -ENOMEM : CONFIG_E_REFUSED;
}

static bool find_own_user(struct user_ids *ret_ids)
{
    const struct passwd *entry = getpwnam(PROFILE_HELPER_USER);

    if (!entry || entry->pw_uid == 0)
        return false;
    *ret_ids = (struct user_ids){entry->pw_uid, entry->pw_gid};
    return true;
}

static bool is_mapped(const struct user_ns_map *map, uid_t uid)
{
    for (size_t i = 0; i < map->count; i++) {
        if (map->scripts[i].uid == uid)
            return true;
    }
    return false;
}

/* All users that scripts could have, so that a reload may choose among them. */
static void map_users(struct user_ns_map *map, const struct profile_list *profiles)
{
    for (size_t i = 0; i < profiles->count && map->count < USER_NS_SCRIPTS_MAX; i++) {
        const struct profile *profile = &profiles->profiles[i];

        if (needs_no_root(profile) && profile->uid != map->helper.uid &&
            !is_mapped(map, profile->uid))
            map->scripts[map->count++] = (struct user_ids){profile->uid, profile->gid};
    }
}

static int become(const struct user_ids *ids)
{
    if (setgroups(0, NULL) < 0 || setresgid(ids->gid, ids->gid, ids->gid) < 0 ||
        setresuid(ids->uid, ids->uid, ids->uid) < 0)
        return -errno;
    return 0;
}

/* Hooks are found and judged by the helper's user, who must come to them; what a script of the
 * folder's lacks is told when it is judged. */
static bool can_enter(const struct user_ids *ids, const char *folder)
{
    struct stat st;
    int status;
    pid_t pid;

    if (stat(folder, &st) < 0)
        return true;
    pid = fork();
    if (pid == 0)
        _exit(become(ids) == 0 && access(folder, R_OK | X_OK) < 0);
    return pid > 0 && waitpid(pid, &status, 0) == pid && status == 0;
}

static bool shares_own_group(const struct config *config, const struct user_ids *own)
{
    for (size_t i = 0; i < config->profiles.count; i++) {
        const struct profile *profile = &config->profiles.profiles[i];

        if (!profile->unconfined && !profile->user_missing && profile->gid == own->gid)
            return true;
    }
    return false;
}

/* Whether it can be an ordinary user, by all that is known before it is tried. */
static int decide(struct helper *helper, const struct config *config)
{
    struct privilege *privilege = &helper->privilege;
    struct user_ids *own = &privilege->map.helper;
    const char *hooks = helper->options.hooks ? helper->options.hooks : config->hooks;
    int r = needs_find(config, helper->options.profile, &privilege->needs);

    if (r < 0 || privilege->needs.root)
        return r;
    if (!find_own_user(own))
        return stay_root(
            privilege, "there is no user " PROFILE_HELPER_USER
                       ": run systemd-sysusers where a package brings it, or useradd "
                       "--system --no-create-home --shell /usr/sbin/nologin " PROFILE_HELPER_USER);
    if (shares_own_group(config, own))
        return stay_root(privilege,
                         "a profile's user has the helper's own group, that of " PROFILE_HELPER_USER
                         ": give it another");
    if (!can_enter(own, hooks))
        return stay_root(privilege,
                         "user " PROFILE_HELPER_USER
                         " cannot enter %s: run chmod o+rx on it and on the "
                         "folders above it",
                         hooks);
    privilege->user = true;
    map_users(&privilege->map, &config->profiles);
    return 0;
}

/* The namespaces that are kept, and a try of those that each runner has. */
static int open_namespaces(struct helper *helper, const struct config *config, char **ret_error)
{
    const struct privilege *privilege = &helper->privilege;
    char path[PATH_MAX];
    int r = 0;

    if (!helper->host.session)
        r = space_open(config->guest_tmp, privilege->user ? &privilege->map : NULL, &helper->space);
    if (r < 0 && privilege->user)
        return r;
    r = runner_path_find(path, sizeof(path));
    if (r < 0)
        return r;
    helper->spawn.user_ns_fd = helper->space.user_ns_fd;
    return spawn_prepare(path, &helper->spawn, ret_error);
}

/* It is given to the helper's user, and what stands in it is gone when it is removed: others could
 * put something else in its place. */
static int check_guest_tmp(const char *place, char **ret_error)
{
    struct user_ids own = {};
    auto_free char *why = NULL;
    int r = tmp_make_place(place);

    /* Without it scripts have a /tmp of their own, which status tells. */
    if (r < 0)
        return 0;
    (void)find_own_user(&own);
    r = vet_directory(place, own.uid, &why);
    return r == VET_E_REFUSED ? refuse(ret_error, "guest_tmp cannot be trusted: %s", why) : r;
}

int privilege_prepare(struct helper *helper, char **ret_error)
{
    struct privilege *privilege = &helper->privilege;
    const struct config *config = helper->config;
    auto_free char *error = NULL;
    int r = helper->host.session ? 0 : check_guest_tmp(config->guest_tmp, ret_error);

    if (r == 0 && !helper->host.session)
        r = decide(helper, config);
    if (r != 0 || !privilege->user)
        return r != 0 ? r : open_namespaces(helper, config, ret_error);
    r = open_namespaces(helper, config, &error);
    if (r == 0) {
        helper->host.map = &privilege->map;
        return 0;
    }
    /* As root it may still be had. */
    space_close(&helper->space);
    r = stay_root(privilege, "no user namespace can be had for it: %s",
                  error ? error : strerror(r < 0 ? -r : ENOMEM));
    return r < 0 ? r : open_namespaces(helper, config, ret_error);
}

/* Of what this process holds, `kept` stays; `bounding` is what it can still get by an exec. */
static int keep_capabilities(uint64_t kept, uint64_t bounding)
{
    const capng_type_t own = CAPNG_EFFECTIVE | CAPNG_PERMITTED | CAPNG_INHERITABLE;

    if (capng_get_caps_process() < 0)
        return -EPERM;
    for (unsigned int number = 0; number <= CAP_LAST_CAP; number++) {
        if (!(kept & (1ULL << number)))
            capng_update(CAPNG_DROP, own, number);
        if (!(bounding & (1ULL << number)))
            capng_update(CAPNG_DROP, CAPNG_BOUNDING_SET, number);
    }
    return capng_apply(CAPNG_SELECT_BOTH) < 0 ? -EPERM : 0;
}

int privilege_give_up(struct helper *helper)
{
    struct privilege *privilege = &helper->privilege;
    int r = 0;

    if (helper->host.session)
        return 0;
    if (privilege->user) {
        r = keep_capabilities((1ULL << CAP_SETUID) | (1ULL << CAP_SETGID), 0);
        if (r == 0)
            r = become(&privilege->map.helper);
        if (r == 0 && prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0) < 0)
            r = -errno;
    } else if (privilege->needs.capabilities != NEEDS_ALL) {
        r = keep_capabilities(privilege->needs.capabilities, privilege->needs.capabilities);
    }
    /* The change of user has made the process what the kernel thinks it should be. */
    prctl(PR_SET_DUMPABLE, 0);
    privilege->given_up = r == 0;
    return r;
}

/* The users of a user's helper are those that were mapped at its start. */
static int check_users(const struct privilege *privilege, const struct config *config,
                       char **ret_error)
{
    for (size_t i = 0; privilege->user && i < config->profiles.count; i++) {
        const struct profile *profile = &config->profiles.profiles[i];

        if (needs_no_root(profile) && !is_mapped(&privilege->map, profile->uid))
            return refuse(ret_error,
                          "%s: profile %s has a user that no profile had at the helper's start: "
                          "restart needed",
                          config->path, profile->name);
    }
    return 0;
}

int privilege_check(const struct helper *helper, const struct config *config, char **ret_error)
{
    const struct privilege *privilege = &helper->privilege;
    struct needs needs;
    int r;

    if (!privilege->given_up)
        return 0;
    r = needs_find(config, helper->options.profile, &needs);
    if (r < 0)
        return r;
    if ((needs.root && privilege->user) ||
        (needs.capabilities & ~privilege->needs.capabilities) != 0)
        r = refuse(ret_error,
                   "%s: this needs privileges that the helper has given up (%s): restart "
                   "needed",
                   config->path, needs.reasons.count > 0 ? needs.reasons.texts[0] : "");
    needs_clear(&needs);
    return r == 0 ? check_users(privilege, config, ret_error) : r;
}

void privilege_clear(struct privilege *privilege)
{
    needs_clear(&privilege->needs);
}
