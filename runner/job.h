/*
 * What helper and runner say to each other over the runner's channel, one SOCK_SEQPACKET packet
 * each. Both are of one build and one host, so the structures travel as they are.
 *
 * The helper sends one job, with the script's stdin, stdout and stderr and the profile's plan as
 * descriptors, then the mount of the guest's /tmp where the job says so, then perhaps orders. The
 * runner sends reports. The channel's end means the same to both: the other is gone, so end
 * everything. The first report is that of the runner's starter, over the same channel.
 *
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */
#pragma once

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/* The channel is this descriptor in the runner; 0, 1 and 2 are /dev/null there. */
#define RUNNER_CHANNEL_FD 3

/* Bytes of a job, strings included: path, arguments and environment of one script. */
#define JOB_SIZE_MAX    65536
#define JOB_STRINGS_MAX 128

/*
 * The descriptors of a job: the script's 0, 1 and 2, the plan's memfd, and, of the script's cgroup
 * where it has one (else anything), cgroup.procs and cgroup.kill for writing.
 */
#define JOB_FDS          6
#define JOB_STDIO        3
#define JOB_PLAN         3
#define JOB_CGROUP_PROCS 4
#define JOB_CGROUP_KILL  5

/* A job is this header, then strings with their NULs: path, arguments, environment. */
struct job_header {
    uint32_t argument_count;
    uint32_t environment_count;
    uint32_t strings_size;
    uint32_t tmp_follows; /* the next packet carries the mount that becomes /tmp */
    uint32_t flags;       /* bits of enum job_flag */
};

enum job_flag {
    JOB_HAS_CGROUP = 1 << 0,
};

struct job {
    bool has_cgroup;  /* of its own, which the script's processes are put into */
    const char *path; /* absolute; vetted by the helper */
    bool tmp_follows; /* the guest's own /tmp comes after; else a fresh one, where the plan has one
                       */
    const char *const *argv; /* NULL-terminated, argv[0] included */
    const char *const *envp; /* NULL-terminated */
};

enum runner_order {
    RUNNER_TERMINATE = 1, /* SIGTERM, then SIGCONT, to all but the runner */
    RUNNER_TMP,           /* comes with the mount of /tmp as descriptor */
    RUNNER_KILL,          /* SIGKILL to all; the runner ends when all are dead */
};

enum runner_event {
    RUNNER_LISTENER = 0, /* comes with the filter's listener as descriptor, before the start */
    RUNNER_STARTED = 1,  /* the script's exec succeeded */
    RUNNER_FAILED,       /* it was not run: `step`, `error` */
    RUNNER_EXITED,       /* the script's main process ended: `status` as of waitpid(2) */
    RUNNER_LINGERS,      /* the same, and others of it live on until RUNNER_KILL */
    RUNNER_SPAWNED,  /* the starter's: comes with the runner's pidfd and, where one was asked for,
                        the mount of /tmp; where that failed `error` says why */
    RUNNER_OBSERVED, /* a permissive script did something new: `observed`, perhaps `path` */
};

/* What a script did that its profile, were it strict, would have refused. */
enum runner_sight {
    SIGHT_CALL = 1,   /* the system call */
    SIGHT_SOCKET,     /* a socket of family `value` */
    SIGHT_CAPABILITY, /* what needs capability `value` */
    SIGHT_READ,       /* of these, `path` */
    SIGHT_WRITE,
    SIGHT_CREATE,
    SIGHT_REMOVE,
    SIGHT_RENAME,
    SIGHT_MOUNT,
    SIGHT_EXECUTE,
    SIGHT_CONNECT,            /* or an address */
    SIGHT_PERMISSION_READ,    /* the file's mode is not for the profile's user */
    SIGHT_PERMISSION_WRITE,   /* the same */
    SIGHT_PERMISSION_EXECUTE, /* the same */
    SIGHT_OWNER,              /* user `value`, who owns it, may do what was told last of `path` */
    SIGHT_LOOK,               /* `path`: whether it is there, and its attributes */
    SIGHT_NETWORK, /* by the system call: the network was asked, changed or listened to */
    SIGHT_UNKNOWN, /* by the system call, what cannot be told */
    SIGHT_MORE,    /* more than is told */
};

/* Different sights that a runner reports of one script, the last of them SIGHT_MORE. */
#define RUNNER_SIGHTS_MAX 4096

struct runner_observed {
    uint32_t sight;
    uint32_t arch; /* AUDIT_ARCH_… */
    int32_t number;
    uint32_t value; /* of a call: not 0 where no profile grants it in this form */
};

enum runner_step {
    /* In the starter: */
    RUNNER_STEP_JOIN = 1,
    RUNNER_STEP_CLONE,
    RUNNER_STEP_TMP,
    /* Between clone and the runner's own exec: */
    RUNNER_STEP_DESCRIPTORS,
    RUNNER_STEP_USER_MAP,
    RUNNER_STEP_MOUNT_PROC,
    RUNNER_STEP_EXEC_RUNNER,
    /* In the runner: */
    RUNNER_STEP_TREE,
    RUNNER_STEP_JOB,
    RUNNER_STEP_PLAN,
    RUNNER_STEP_LABEL,
    RUNNER_STEP_MOUNTS,
    RUNNER_STEP_LIMITS,
    RUNNER_STEP_LANDLOCK,
    RUNNER_STEP_PRIVILEGES,
    RUNNER_STEP_FILTER,
    RUNNER_STEP_FORK,
    /* In its child, the script to be: */
    RUNNER_STEP_CGROUP,
    RUNNER_STEP_STDIO,
    RUNNER_STEP_EXEC,
};

/* Bytes of a path in a report; a longer one is cut, and one that was observed cannot be told. */
#define RUNNER_PATH_SIZE 1024

/* What processes have used that the runner has reaped, and those that these had waited for. */
struct runner_usage {
    uint64_t user_us, system_us;
    uint64_t memory_peak_kib; /* of the largest of them */
};

struct runner_report {
    uint32_t event;
    uint32_t step;
    int32_t error; /* a positive errno */
    int32_t status;
    struct runner_observed observed;
    struct runner_usage usage;   /* where the script's main process has ended */
    char path[RUNNER_PATH_SIZE]; /* which one the step was about; empty: none */
};

/* Encodes a job into `buffer` of JOB_SIZE_MAX bytes. Returns 0, or -E2BIG where it does not fit. */
int job_encode(const struct job *job, void *buffer, size_t *ret_size);

/* A job taken apart; all of it points into the packet. */
struct job_strings {
    const char *path;
    bool tmp_follows, has_cgroup;
    char *argv[JOB_STRINGS_MAX + 1], *envp[JOB_STRINGS_MAX + 1]; /* NULL-terminated */
};

/* Decodes in place. Returns 0 or -EPROTO. */
int job_decode(void *buffer, size_t size, struct job_strings *ret_strings);
