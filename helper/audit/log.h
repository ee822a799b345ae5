/*
 * The audit log: JSON lines, one file per helper. Helper.
 *
 * A record is in the file when audit_begin() or audit_end() returns 0 (write(2) has returned). A
 * script's output in a record is escaped; no content of stdin or of the new XML is ever written.
 *
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */
#pragma once

#include "copies.h"
#include "discover.h"
#include "message.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <sys/types.h>

/* audit_open() refused the place. */
#define AUDIT_E_REFUSED 1

struct audit_log;

/* A call as it came. All strings borrowed; all but the request may be NULL. */
struct audit_call {
    uint64_t number; /* of this helper's calls, from 1 */
    pid_t peer_pid;
    uid_t peer_uid;
    const char *peer_name;
    const char *peer_label; /* of its security module, as SO_PEERSEC tells */
    const struct message_call *request;
    uint64_t deadline_ms; /* from its arrival */
    size_t stdin_bytes;
    const char *stdin_sha256;
};

/* What of a script the verdict does not carry. All strings borrowed. */
struct audit_script {
    uid_t uid; /* it ran as; looked at where the script has a profile */
    gid_t gid;
    const char *capabilities; /* names, apart by spaces; NULL: the helper's, or it did not run */
    bool has_file;            /* what follows of its file is known */
    uint64_t device, inode;
    const char *sha256; /* or NULL, also where the rest is known */
    bool has_setup;     /* the number after it is known: it was run */
    uint64_t setup_ms;
    bool has_killed; /* likewise */
    uint64_t killed; /* processes of it */
    bool has_usage;  /* the three after it are */
    uint64_t user_ms, system_ms, memory_peak_kib;
    uint64_t stdout_dropped, stderr_dropped; /* bytes that were counted and not kept */
};

/* How it ended. Scripts and passed-over files may be empty. */
struct audit_result {
    const struct message_verdict *verdict;
    const struct audit_script *scripts; /* as many as the verdict's */
    const struct script_list *found;    /* NULL where nothing was looked for */
    uint64_t queued_ms;                 /* of the verdict's duration, spent waiting for a turn */
    size_t output_bytes;                /* of new XML */
    const char *output_sha256;          /* borrowed; NULL where there is none */
};

/* How what a script left behind after its verdict has ended. All strings borrowed. */
struct audit_linger {
    uint64_t number; /* the call's */
    const char *driver, *object, *operation, *sub_operation;
    const char *path, *profile;
    const char *ended;   /* "by-itself", "timed-out", "told-to", "lost" */
    const char *problem; /* or NULL */
    const char *denied;  /* as a script's */
    uint64_t duration_ms;
    bool has_killed; /* the number after it is known */
    uint64_t killed; /* processes */
    uint64_t stdout_bytes, stderr_bytes;
    const char *stdout_tail, *stderr_tail; /* safe text, or NULL */
};

/* What a log is opened with. All borrowed; the copies for as long as it is open. */
struct audit_settings {
    const char *place, *name;
    size_t kept;           /* bytes of each stream's end that go into a record */
    uid_t writer;          /* who the helper will be, geteuid() where that stays */
    struct copies *copies; /* of its records, or NULL */
};

/*
 * Opens the log `<place>` (a file), or `<place>/<name>.log` where the place is a directory or ends
 * in a slash; directories are made with mode 0700, files with 0600. One helper has one file: it is
 * locked, and where another helper holds it (even a stopped one) the next free of
 * `<name>-2.log`, `<name>-3.log` … is taken. Then a torn last line is mended, and each call that a
 * former helper began and did not end gets its end record (reason helper-lost), in each file of the
 * place that nobody holds. A disk that is full then is no error: it is done before the first
 * record.
 *
 * A log that is moved away while the helper runs is followed: at the next record a new file is made
 * in its place, which goes on with its chain and repeats the begins of the calls that are open.
 * A directory that is made is made for `writer`.
 *
 * Returns 0, AUDIT_E_REFUSED with a sentence in `*ret_error` (the caller frees), or -ENOMEM.
 */
int audit_open(const struct audit_settings *settings, struct audit_log **ret_log, char **ret_error);

/*
 * Notes in the log that every call has its end, where that is so. NULL is allowed. Returns how many
 * records were given up and are not told in the log either, since the disk is still full.
 */
uint64_t audit_close(struct audit_log *log);

/* The path of the file, for status. */
const char *audit_path(const struct audit_log *log);

/*
 * The head of the log's chain, to be kept elsewhere: "CHAIN:SEQ:HASH" of its last record. The
 * caller frees; NULL where memory is short.
 */
char *audit_head(const struct audit_log *log);

/* This helper's instance, 16 hexadecimal digits; a call's id is "<instance>-<number>". */
const char *audit_instance(const struct audit_log *log);

/*
 * Write a call's begin and end. Return 0 or a negative errno, among them -ENOSPC for a full disk or
 * quota; a record that could not be written whole leaves no part behind. Where RLIMIT_FSIZE is set,
 * SIGXFSZ must be ignored.
 */
int audit_begin(struct audit_log *log, const struct audit_call *call);
int audit_end(struct audit_log *log, const struct audit_call *call,
              const struct audit_result *result);

/* The same for what lingered. */
int audit_linger(struct audit_log *log, const struct audit_linger *linger);

/*
 * From now on the file is moved away, to FILE.1, before the first record after it has reached
 * `size` bytes; what stands at its start of calls that were open before is not counted. Files that
 * were moved away before move on, FILE.1 to FILE.2, up to `files`, from 1: the oldest is removed. A
 * size of 0, as in a log that was opened just now, is for never.
 */
void audit_rotate_at(struct audit_log *log, uint64_t size, size_t files);

/*
 * Why the log cannot be moved away when it is full, or be followed to a new file, so that it is
 * written on: a sentence that says what to do; NULL where nothing is wrong. The log's, until the
 * next record.
 */
const char *audit_problem(const struct audit_log *log);

/*
 * Counts a record that was given up because the disk is full. Before the next one that is written
 * comes a record of how many were lost.
 */
void audit_count_lost(struct audit_log *log);

/* How many were counted since the log was opened, for status. */
uint64_t audit_lost(const struct audit_log *log);
