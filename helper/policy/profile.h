/*
 * A profile: all that a script may do, as the configuration says it. Helper.
 *
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */
#pragma once

#include "text_list.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <sys/types.h>

/* Those that are always there, and the user of the second. */
#define PROFILE_UNCONFINED "unconfined"
#define PROFILE_ISOLATED   "isolated"
#define PROFILE_USER       "virthook-run"

/* The helper's own user, where it need not be root; no script can have it. */
#define PROFILE_HELPER_USER "virthook"

/* Stands in for PROFILE_USER on a host where that was not made. */
#define PROFILE_STAND_IN "nobody"

/* The profile of scripts that no rule gives another, unless the configuration says default_profile.
 */
#define PROFILE_DEFAULT PROFILE_ISOLATED

/* Bytes of a profile's name: letters, digits, and _ - . that are not at its start. */
#define PROFILE_NAME_MAX 64

/* Paths of one list at the most: five lists and the hooks' directory fit into a plan. */
#define PROFILE_PATHS_MAX 80

/* SELinux's type of isolated's scripts, and bytes of any at the most. */
#define PROFILE_SELINUX_TYPE     "virthook_script_isolated_t"
#define PROFILE_SELINUX_TYPE_MAX 128

/* Address families of socket(2). */
struct family_list {
    size_t count;
    int *families;
};

/*
 * Of a profile with `unconfined` nothing else is looked at but its time and the limits that are
 * set: its scripts run as the helper's own user with all that this one may do, timed, bounded and
 * logged. Those of a permissive one may do the same, and what its lists would have refused is
 * recorded. Paths are absolute; one that begins with '-' may be missing. A limit of 0 is none.
 */
struct profile {
    char *name;
    char *file;        /* where it stands; NULL: built in */
    unsigned int line; /* where it begins in the file */
    bool unconfined;
    bool permissive;
    char *user;    /* name or number; NULL in an unconfined profile */
    char *selinux; /* type of its scripts' domain; NULL: that of unconfined ones */
    uid_t uid;
    gid_t gid;
    bool stand_in;             /* PROFILE_STAND_IN took the place of its user */
    bool user_missing;         /* there is no such user: no script can run under the profile */
    uint64_t capabilities;     /* bit n is capability number n */
    struct text_list syscalls; /* names, and sets such as "@system-service"; ends in NULL */
    struct family_list families;
    bool host_network;                       /* else a network namespace with nothing in it */
    bool host_dev;                           /* else null, zero, full, random, urandom, tty, shm */
    bool host_tmp;                           /* else a /tmp of its own */
    bool host_pids;                          /* else a PID namespace, and a /proc, of its own */
    struct text_list writable;               /* the rest of the system is read-only */
    struct text_list hidden;                 /* shown as empty */
    struct text_list readable;               /* shown again, read-only, in what is hidden */
    struct text_list executable;             /* what may be executed is below; "/" is all */
    struct text_list sockets;                /* shown in the otherwise empty /run, and /dev/log */
    uint64_t tmp_size;                       /* bytes of the own /tmp */
    uint64_t time_ms;                        /* of one script, inside the call's deadline */
    uint64_t linger_ms;                      /* of what it leaves behind; 0: nothing is left */
    uint64_t cpu_seconds, memory, file_size; /* RLIMIT_CPU, _AS, _FSIZE: seconds, bytes, bytes */
    uint64_t processes, open_files;          /* RLIMIT_NPROC, RLIMIT_NOFILE */
    uint32_t required;                       /* bits of enum feature */
};

struct profile_list {
    size_t count;
    struct profile *profiles;
};

/* Whether a profile may have this name. */
bool profile_is_name(const char *text);

/* The profile of this name, or NULL. */
const struct profile *profile_find(const struct profile_list *list, const char *name);

/* Adds a profile and takes what it owns, which empties it; it replaces the one of the same name.
 * Returns 0 or -ENOMEM. */
int profiles_add(struct profile_list *list, struct profile *profile);

/* Adds those that no file needs to say: unconfined, and isolated. Returns 0 or -ENOMEM. */
int profiles_add_built_in(struct profile_list *list);

/*
 * What holds where a profile says nothing: the built-in isolated, without a name, its user not
 * looked up. Returns 0, or -ENOMEM with nothing set.
 */
int profile_defaults(struct profile *ret_profile);

/* A copy of all but name, file and line. Returns 0, or -ENOMEM with nothing set. */
int profile_copy(const struct profile *profile, struct profile *ret_copy);

/* Adds a family unless it is there. Returns 0 or -ENOMEM. */
int families_add(struct family_list *list, int family);

void profile_clear(struct profile *profile);
void profiles_clear(struct profile_list *list);
