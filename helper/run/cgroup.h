/*
 * A cgroup for each script that has no PID namespace of its own: what is in it is killed at one go.
 * Helper.
 *
 * They lie below the helper's own cgroup, as a service manager delegates it (systemd:
 * Delegate=yes): in it one of the helper's, in that one folder for the helper itself, since a
 * cgroup that hands controllers down may hold no process, and one for each script.
 *
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */
#pragma once

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <sys/types.h>

/* So many that were not empty when they were given up are tried again; the rest waits for the
 * helper's end. */
#define CGROUPS_LEFT_MAX 64

/* Bytes of a folder's name here, with its NUL. */
#define CGROUP_NAME_SIZE 64

/* The helper's own. */
struct cgroups {
    bool usable;
    const char *why; /* why not, a constant; NULL where they are */
    int above;       /* the cgroup that the helper was started in */
    int above_procs; /* its cgroup.procs, for the way back */
    int base;        /* virthook-…, locked as long as the helper lives */
    char name[CGROUP_NAME_SIZE];
    bool pids, memory; /* these controllers bound scripts */
    uint64_t number;   /* of the last script's */
    size_t left_count;
    uint64_t left[CGROUPS_LEFT_MAX]; /* numbers of those that could not be removed yet */
};

/* One script's; never used again, since who enters one that was killed is born dead. */
struct cgroup {
    int procs, kill, events; /* negative: none */
    uint64_t number;
};

/* Whether this process is in a hierarchy of version 2 that is mounted; nothing is made there. */
bool cgroups_are_there(void);

/* Makes them where that is possible, once, before privileges are dropped. */
void cgroups_prepare(struct cgroups *ret_cgroups);

/* Hands them to the user that the helper becomes. Returns 0 or a negative errno. */
int cgroups_give(const struct cgroups *cgroups, uid_t uid, gid_t gid);

/* Has the process beside the helper: where a script has frozen it in another cgroup, it goes on. */
void cgroups_take_in(const struct cgroups *cgroups, pid_t pid);

/* Leaves and removes them; a helper that has given root up leaves an empty folder to the next. */
void cgroups_clear(struct cgroups *cgroups);

/*
 * A script's cgroup, bounded where the controllers are there; 0 is no bound. Returns 0
 * (cgroup_remove() gives back) or a negative errno.
 */
int cgroup_make(struct cgroups *cgroups, uint64_t processes, uint64_t memory,
                struct cgroup *ret_cgroup);

/* Kills all that is in it, and what is about to fork there. */
void cgroup_kill(const struct cgroup *cgroup);

/* Whether nobody is in it, or there is none. */
bool cgroup_is_empty(const struct cgroup *cgroup);

/* Closes and removes it, now or once it is empty. */
void cgroup_remove(struct cgroups *cgroups, struct cgroup *cgroup);
