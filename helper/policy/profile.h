/*
 * A profile: all that a script may do, as the configuration says it. Helper.
 *
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */
#pragma once

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <sys/types.h>

/* The profile of scripts that no rule gives another. */
#define PROFILE_DEFAULT "unconfined"

/* NULL-terminated; `count` without the NULL. */
struct text_list {
    size_t count;
    char **texts;
};

/* Address families of socket(2). */
struct family_list {
    size_t count;
    int *families;
};

/*
 * Of a profile with `unconfined` nothing else is looked at but its time and the limits that are
 * set: its scripts run as the helper's own user with all that this one may do, timed, bounded and
 * logged. Paths are absolute; one that begins with '-' may be missing. A limit of 0 is none.
 */
struct profile {
    char *name;
    unsigned int line; /* where it stands in the file; 0: built in */
    bool unconfined;
    char *user; /* name or number */
    uid_t uid;
    gid_t gid;
    uint64_t capabilities;     /* bit n is capability number n */
    struct text_list syscalls; /* names, and sets such as "@system-service" */
    struct family_list families;
    bool host_network;                       /* else a network namespace with nothing in it */
    bool host_dev;                           /* else null, zero, full, random, urandom, tty, shm */
    bool host_tmp;                           /* else a /tmp of its own */
    struct text_list writable;               /* the rest of the system is read-only */
    struct text_list hidden;                 /* shown as empty */
    struct text_list sockets;                /* shown in the otherwise empty /run, and /dev/log */
    uint64_t tmp_size;                       /* bytes of the own /tmp */
    uint64_t time_ms;                        /* of one script, inside the call's deadline */
    uint64_t cpu_seconds, memory, file_size; /* RLIMIT_CPU, _AS, _FSIZE: seconds, bytes, bytes */
    uint64_t processes, open_files;          /* RLIMIT_NPROC, RLIMIT_NOFILE */
};

struct profile_list {
    size_t count;
    struct profile *profiles;
};

/* The profile of this name, or NULL. */
const struct profile *profile_find(const struct profile_list *list, const char *name);

/* Adds the one profile that no file needs to say: unconfined. Returns 0 or -ENOMEM. */
int profiles_add_built_in(struct profile_list *list);

void profile_clear(struct profile *profile);
void profiles_clear(struct profile_list *list);
