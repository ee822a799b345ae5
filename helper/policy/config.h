/*
 * The configuration, virthook.conf and profiles.d: read whole or refused whole. Helper.
 *
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */
#pragma once

#include "config_problem.h"
#include "event_rules.h"
#include "failure_policy.h"
#include "profile.h"
#include "rules.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/* What happens to a call whose record cannot be written since the disk is full. */
enum audit_full {
    AUDIT_FULL_DENY,  /* the call has failed: the failure policy answers */
    AUDIT_FULL_COUNT, /* go on, and tell later how many were lost */
};

struct config {
    char *path;            /* of the file, or NULL where none was there */
    uid_t session_uid;     /* of a session's user; 0: this is root's helper, whoever it is by now */
    char *hooks;           /* absolute */
    char *audit;           /* absolute; a slash at its end makes it a directory */
    char *guest_tmp;       /* absolute; where guests' own /tmp are kept */
    bool per_guest_layout; /* default no */
    uint64_t deadline_ms;  /* of a call; default 120 s, at most 1 h */
    uint64_t grace_ms;     /* from SIGTERM to SIGKILL, inside the deadline; default 5 s */
    size_t running_max;    /* scripts of class hook at once; default 64 */
    size_t events_max;     /* scripts of class event at once; default 64 */
    size_t calls_max;      /* open calls of one client, waiting ones included; default 4096 */
    size_t stdin_max;      /* bytes; default 16 MiB */
    size_t output_max;     /* bytes of new XML; default 16 MiB */
    size_t output_kept;    /* bytes of each other stream's end; default 64 KiB */
    size_t audit_kept;     /* of these, bytes of each stream in the log; default 4 KiB */
    enum audit_full audit_full;
    bool audit_journal;  /* records are copied to the journal; default no */
    bool audit_syslog;   /* denials are copied to syslog; default no */
    uint64_t audit_size; /* bytes at which the log is moved away; default 0, never */
    size_t audit_files;  /* logs that were moved away so, at most; default 10 */
    struct failure_policy failure;
    struct rule_list rules;
    struct profile_list profiles;    /* unconfined and isolated are always among them */
    char *events;                    /* absolute; the directory of events' scripts */
    char *events_script;             /* absolute; runs for events of the kinds in events_set */
    unsigned int events_script_line; /* where it was set; 0 for not, then it need not exist */
    unsigned int events_set;         /* bits by the index of name_kind_at(); default all */
    uint64_t events_deadline_ms;     /* of an event's scripts together; default 10 min, most 1 h */
    unsigned int events_retries;     /* of a script that exits with 75; default 5 */
    struct event_rule_list event_rules;
    char *default_profile; /* of scripts that no rule or event section gives another; one of
                              `profiles` */
    unsigned int default_profile_line; /* where it was set; 0 for not */
    struct text_list notes;            /* what an admin should know: "file:line: …" */
};

/*
 * Reads the files *.conf in the folder profiles.d beside `path`, in byte order, and then the file
 * at `path`; where that is not there and `must_exist` is false, the defaults hold. They have to be
 * root's or the session's user's. Returns 0 (the
 * caller frees the configuration); CONFIG_E_REFUSED with "file:line: reason and mend" in
 * `*ret_error`, which the caller frees; or -ENOMEM.
 */
int config_load(const char *path, bool must_exist, uid_t session_uid, struct config **ret_config,
                char **ret_error);

/*
 * Whether default_profile, a rule or an event section gives scripts the profile of this name;
 * `*ret_line` is where in the file, 0 for nowhere.
 */
bool config_uses_profile(const struct config *config, const char *name, unsigned int *ret_line);

/* NULL is allowed. */
void config_free(struct config *config);
