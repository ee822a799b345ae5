/*
 * libvirthook: asks the virthook helper to run the hooks of a libvirt driver, and has an answer
 * within a bound even if the helper is missing, stopped, dead, slow or lying.
 *
 * The library is a guest in the caller's process: it starts no thread, handles no signal, changes
 * no environment, prints nothing, and every descriptor it opens is close-on-exec. All functions may
 * be called from any thread. All strings are NUL-terminated UTF-8.
 *
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */
#ifndef VIRTHOOK_H
#define VIRTHOOK_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#ifdef __cplusplus
extern "C" {
#endif

/* A channel to one helper, shared by any number of threads. A fork of the process cannot call on
 * it. */
struct virthook;

/*
 * How to reach a helper. Zero-initialise it, set `size` to sizeof(struct virthook_options), and
 * what differs from the defaults; the strings are copied. Paths are absolute.
 *
 * With a socket alone the library connects. With a helper alone it spawns a private one over a
 * socketpair at the first call that needs it. With both it connects, and spawns a private one where
 * nothing listens. With neither it spawns the installed helper.
 */
struct virthook_options {
    size_t size;
    const char *name;     /* who calls, for the log: 1 to 64 letters, digits, '.', '_' and '-', no
                             dot in front; default "client" */
    const char *socket;   /* path of a service's socket, or NULL */
    const char *helper;   /* path of the helper's binary, or NULL */
    const char *hooks;    /* directory of the hooks; default as built */
    const char *config;   /* the private helper's configuration; default as built */
    const char *audit;    /* the private helper's audit log, a file or a directory; default as
                             configured */
    const char *policy;   /* copy of the service's failure policy, used while none was received;
                             default as built, "" for none */
    uint64_t deadline_ms; /* of the private helper's calls, at most an hour; 0: as configured */
    uint64_t max_wait_ms; /* a deadline that the helper names is never believed beyond this;
                             0: one hour */
    const char *profile;  /* that calls will ask for: the private helper keeps the privileges which
                             it takes, beside those of the profiles that its rules name; or NULL.
                             Whether there is one of this name each call tells */
};

/*
 * Makes a channel; nothing is connected or started yet. Returns 0, -EINVAL for options that cannot
 * be, -ENOMEM. The caller ends it with virthook_close().
 *
 * A private helper is a child of this process, so SIGCHLD comes when it ends. It is reaped by the
 * library, at the next call or at the close. It gets stderr and no other descriptor, all signals at
 * their defaults, a session of its own, and of the environment (as it was at virthook_open()) HOME
 * and the places of a session, XDG_CONFIG_HOME, XDG_RUNTIME_DIR and XDG_STATE_HOME.
 */
int virthook_open(const struct virthook_options *options, struct virthook **ret_hook);

/*
 * Closes the channel; a private helper ends, with all that it runs, and is killed where it takes
 * more than two seconds to do so. Calls must have returned (use virthook_cancel_all()). NULL is
 * allowed.
 */
void virthook_close(struct virthook *hook);

/*
 * One call. Zero-initialise, set `size`. All strings are borrowed for the time of the call.
 */
struct virthook_request {
    size_t size;
    const char *driver;        /* qemu, network, lxc, libxl, bhyve, daemon */
    const char *object;        /* guest or network, "-" for none; at most 1,024 bytes */
    const char *uuid;          /* in libvirt's form; NULL: of a hook that of the XML in the input,
                                  if any */
    const char *operation;     /* prepare, start, … */
    const char *sub_operation; /* begin, end; NULL is "-" */
    const char *extra;         /* NULL is "-"; at most 4,096 bytes */
    const void *input;         /* stdin of the scripts, or NULL for an empty one */
    size_t input_size;         /* bytes; the helper's limit is 16 MiB by default */
    int input_fd;              /* where use_input_fd: read from its offset to its end instead of
                                  `input`, before the call's time begins, in at most 10 s; stays the
                                  caller's */
    bool use_input_fd;
    bool event;           /* class event: never delays calls of class hook. `driver` is the kind of
                             the event's object then (domain, network, storage-pool, node-device,
                             secret, daemon), `operation` the event, `sub_operation` its detail; no
                             failure policy holds, and the verdict is always to allow */
    uint64_t timeout_ms;  /* shortens the deadline; 0: as configured */
    uint64_t tag;         /* for virthook_cancel(); any value, need not be unique */
    const char *profile;  /* of all the scripts, 1 to 64 letters, digits, '.', '_' and '-'; NULL: as
                             the configuration's rules say. One that the configuration does not have
                             is refused: reason "bad-request" */
    const char *only;     /* class event: of the scripts that are found, the one of this path alone
                             is run; at most 4,096 bytes; NULL: all */
    const char *delivery; /* class event: names this delivery, 1 to 64 letters, digits, '.', '_' and
                             '-'. A call with it goes on to its end when its client is gone, and one
                             that the helper has had lately (some thousand are kept in mind) is
                             answered at once, reason "delivered-before". NULL: none */
    const char *uri;      /* class event: of the daemon that told of it, at most 4,096 bytes without
                             blanks and controls; scripts have it as their default. NULL: none */
};

/* One script as it ended. */
struct virthook_script {
    const char *path;
    int exit_status; /* -1 where it did not exit by itself */
    int signal;      /* 0 where no signal ended it */
    bool timed_out;
    const char *problem;  /* why it was not run, else NULL */
    uint64_t duration_ms; /* from its exec to its end; 0 where it did not come to its exec */
    uint64_t stdout_bytes, stderr_bytes;   /* all that it wrote */
    const char *stdout_tail, *stderr_tail; /* the end of it, never NULL; controls escaped; lines
                                              kept */
    const char *profile;                   /* the profile it ran under; NULL where it did not run */
    const char *denied;                    /* system calls that it was refused, one a line: "mount",
                                              "socket(AF_NETLINK) ×3"; "" where none */
    const char *enforced; /* what held it, words apart by spaces; "" where it did not run */
    const char *observed; /* under a permissive profile: what it did that the profile would not have
                             let it do, one a line: "write /etc/x", "call mount"; "" where none */
    unsigned int retries; /* class event: how often one that exits with 75 (EX_TEMPFAIL) is to be
                             tried again, as configured; the caller does it, by `only` */
};

/* How a call ended. Belongs to the caller, who gives it back with virthook_reply_free(). */
struct virthook_reply {
    bool allow;
    const char *reason;   /* a code, such as "ok" or "timed-out": PROTOCOL.md lists them */
    const char *message;  /* one sentence for a human, which says what to do */
    uint64_t duration_ms; /* of the whole call, as its caller waited */
    const char *output; /* migrate and restore: the new XML, NUL-terminated; NULL means unchanged */
    size_t output_size; /* without the NUL */
    size_t script_count;
    const struct virthook_script *scripts;
};

/*
 * Runs the scripts of the request and waits for the verdict, at most until the deadline that the
 * helper acknowledged plus one second, or two seconds where nothing was acknowledged.
 *
 * Where the directory of hooks has nothing for the driver, the call is allowed at once and no
 * helper is asked or started. Where no verdict comes, the failure policy makes it; `reason` then
 * says what was lost. A helper that is gone is started again by a later call.
 *
 * Returns 0 with a reply, whatever the verdict is. No call was made where it returns -EINVAL for a
 * request that cannot be (a driver that is none, a name with a newline …), -E2BIG for input over
 * 64 MiB, -ETIMEDOUT for an input_fd that did not end in 10 s, -ENOMEM, or another negative errno
 * of reading the input; virthook_failure_allows() then says what the admin wants.
 */
int virthook_call(struct virthook *hook, const struct virthook_request *request,
                  struct virthook_reply **ret_reply);

/*
 * What is wrong with a request for which virthook_call() returns -EINVAL: one sentence that names
 * the member and says what it must be. It is static. NULL where nothing is.
 */
const char *virthook_request_fault(const struct virthook_request *request);

/*
 * What the failure policy answers for a call that could not be made: whether the operation goes on.
 * It is the helper's, as far as one said hello; else that of its copy on disk; else the default.
 * With a NULL hook, which virthook_open() could not make, that of the copy as built, else the
 * default.
 */
bool virthook_failure_allows(struct virthook *hook, const char *driver, const char *operation);

/* Whether libvirt has hooks of this name, and so a call may have it as its driver. */
bool virthook_is_driver(const char *name);

/*
 * Whether there are events of this kind of object, and so a call of class event may have it as its
 * driver.
 */
bool virthook_is_kind(const char *name);

/*
 * Whether the driver may have something to run: false only where it is certain that virthook_call()
 * would find no script. Two or three system calls; no helper is asked or started, so that a caller
 * can look before it makes a request. True for a NULL hook and in a fork of the process; false for
 * what is no driver.
 */
bool virthook_present(struct virthook *hook, const char *driver);

/* NULL is allowed. */
void virthook_reply_free(struct virthook_reply *reply);

/*
 * Takes back the calls in flight that carry this tag (or all): their scripts are ended, and they
 * return with the reason "cancelled" and the verdict of the failure policy, unless another verdict
 * came first. A call that the helper had not got yet returns at once; the others when the helper
 * says that the scripts are gone, or after six seconds, or when they would have returned anyway.
 * Returns how many.
 */
size_t virthook_cancel(struct virthook *hook, uint64_t tag);
size_t virthook_cancel_all(struct virthook *hook);

/*
 * What the helper is and does: one JSON object, whose keys PROTOCOL.md lists (status); the caller
 * frees it with free(3). Calls of other threads go on meanwhile, over the same channel. It waits at
 * most 2 s, and where virthook_open() named a socket alone no helper is ever started for it.
 *
 * Returns 0; -ENOTCONN where no helper is reached, or none will serve; -ETIMEDOUT where it does not
 * answer in time; -ECONNRESET where it ended, or broke the protocol; -EREMOTEIO where it refused;
 * -EINVAL for a NULL or in a fork of the process; -ENOMEM or -EIO.
 */
int virthook_status(struct virthook *hook, char **ret_json);

/*
 * Has the helper read its configuration again and put it in force, all of it or nothing. Waits and
 * returns as virthook_status() does: 0 once it is in force; -EREMOTEIO where it was refused, and
 * the one before stays in force; after -ETIMEDOUT and -ECONNRESET it may be either. On failure
 * `*ret_error` is one sentence for a human, which the caller frees with free(3), or NULL where
 * memory is short; it is left untouched on 0, -EINVAL and -ENOMEM. `ret_error` may be NULL.
 */
int virthook_reload(struct virthook *hook, char **ret_error);

/* The version of the library, "0.1.0". */
const char *virthook_version(void);

#ifdef __cplusplus
}
#endif
#endif
