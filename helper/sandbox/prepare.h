/*
 * From a profile to what the runner carries out, once at start and at reload. Helper.
 *
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */
#pragma once

#include "config.h"
#include "host.h"
#include "profile.h"

#include <stdbool.h>
#include <stdint.h>

/* sandbox_prepare() cannot do here what the profile says. */
#define SANDBOX_E_REFUSED 1

/* A profile, ready. */
struct sandbox {
    char *profile; /* its name */
    bool unconfined;
    bool permissive;
    bool host_pids;     /* its scripts see all processes, and none is PID 1 for them */
    char *enforced;     /* what holds its scripts, see describe.h */
    char *capabilities; /* names, apart by spaces; NULL: it leaves the helper's to them */
    uid_t uid;          /* of the script; its pipes are given to it */
    gid_t gid;
    char *user, *home;          /* of this uid, for the script's environment */
    int plan_fd;                /* a sealed memfd, see plan.h */
    uint64_t clone_flags;       /* namespaces beside those that every script has */
    bool lists_programs;        /* nothing may be executed but what its profile lists */
    bool labelled;              /* SELinux has a domain for its scripts */
    bool shares_network;        /* a fresh one would be no better than one that others have too */
    uint64_t time_ms;           /* of one script; 0: the call's */
    uint64_t linger_ms;         /* of what a script leaves behind; 0: it is killed */
    uint64_t tmp_size;          /* bytes of the guest's own /tmp; 0: it has none, see tmp.h */
    bool cgroup;                /* each script is to have one of its own, where it can be had */
    uint64_t processes, memory; /* its bounds; 0: none */
};

struct sandbox_list {
    size_t count;
    struct sandbox *sandboxes;
    struct text_list notes; /* what an admin should know: which profiles cannot be had, and why */
};

/*
 * Makes a sandbox; `scripts` are the places of scripts, shown to all of them, and end in NULL.
 * Returns 0, SANDBOX_E_REFUSED with a sentence in `*ret_error` that the caller frees, or a negative
 * errno.
 */
int sandbox_prepare(const struct sandbox_host *host, const struct profile *profile,
                    const char *const *scripts, struct sandbox *ret_sandbox, char **ret_error);

void sandbox_clear(struct sandbox *sandbox);

/* Whether the profile's user does not exist: its number would be -1, which to setresuid(2) means:
 * stay who you are. */
bool sandbox_lacks_user(const struct sandbox_host *host, const struct profile *profile);

/* Whether scripts of this profile are beyond a helper that is an ordinary user. */
bool sandbox_is_beyond(const struct sandbox_host *host, const struct profile *profile);

/*
 * The same for the configuration's profiles; `hooks` is the directory of hooks, and the places of
 * events' scripts are the configuration's. Left out are those whose user does not exist,
 * those that are beyond the helper, and those that this host cannot hold as they say, which is
 * noted; where default_profile or a rule names one of these, the configuration is refused.
 */
int sandboxes_prepare(const struct sandbox_host *host, const struct config *config,
                      const char *hooks, struct sandbox_list *ret_list, char **ret_error);
void sandboxes_clear(struct sandbox_list *list);

/* The sandbox of this profile's name, or NULL. */
const struct sandbox *sandbox_find(const struct sandbox_list *list, const char *profile);
