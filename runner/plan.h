/*
 * How a script is confined, ready to be done: made by the helper once for each profile, at start
 * and at reload, as one sealed memfd, and carried out by the runner before it forks the script.
 * Nothing in it depends on a call. Both are of one build and one host, so the structure travels as
 * it is.
 *
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */
#pragma once

#include <linux/filter.h>
#include <stddef.h>
#include <stdint.h>
#include <sys/socket.h>

/* Resource limits that a plan may set; Linux has 16. */
#define PLAN_LIMITS_MAX 16

/* Instructions of one filter at the most: the kernel's BPF_MAXINSNS. */
#define PLAN_FILTER_MAX 4096

/* Bytes of a label, its NUL included; those of the reference policy have some 50. */
#define PLAN_LABEL_SIZE 256

/* Paths of a plan at the most, and bytes of all of them. */
#define PLAN_PATHS_MAX      548
#define PLAN_PATHS_SIZE_MAX 65536

enum plan_flag {
    PLAN_SET_USER = 1 << 0,     /* change to uid and gid, with no other group */
    PLAN_SET_CAPS = 1 << 1,     /* all five capability sets become `capabilities`, for good */
    PLAN_NO_NEW_PRIVS = 1 << 2, /* no exec gives more than is there */
    PLAN_NOTIFY = 1 << 3,       /* the filter has a listener, which goes to the helper */
    PLAN_MOUNTS = 1 << 4,       /* a file system of its own, from the paths and the flags below */
    PLAN_OWN_TMP = 1 << 5,
    PLAN_OWN_DEV = 1 << 6,
    PLAN_LANDLOCK = 1 << 7,   /* writing by Landlock too, and its scopes */
    PLAN_PERMISSIVE = 1 << 8, /* of all this only the limits: the rest is what is watched for */
    PLAN_HOST_PIDS = 1 << 9,  /* no PID namespace: the runner is no PID 1 */
};

enum plan_path_kind {
    PLAN_WRITABLE = 1, /* stays as it is where all else becomes read-only */
    PLAN_HIDDEN,       /* shown as empty */
    PLAN_SHOWN,        /* shown again, read-only, where what is around it is hidden */
    PLAN_SOCKET,       /* shown in the otherwise empty /run */
    PLAN_EXECUTABLE,   /* for Landlock alone: what may be executed, where that is handled */
};

/* PIDs that a namespace gives out at its start alone: the kernel's RESERVED_PIDS. */
#define PLAN_PIDS_RESERVED 300

/* One resource limit, soft and hard, as of setrlimit(2). */
struct plan_limit {
    uint32_t resource;
    uint32_t reserved;
    uint64_t value;
};

/*
 * What one system call tells of a permissive script, in terms of its arguments: `folder` is the
 * number of the one that is a directory's descriptor, `path` that of the path's address, `extra`
 * that of what the kind says; negative where there is none.
 */
enum plan_watch_kind {
    WATCH_REFUSED = 1, /* the profile does not list the call */
    WATCH_FAMILY,      /* of socket: `value` is a family that the profile grants */
    WATCH_SOCKET,      /* raw sockets need a capability; extra: the type */
    WATCH_MESSAGE,     /* of netlink; path: the message's address; extra: its size, or none where it
                          is a struct msghdr */
    WATCH_IOCTL,       /* extra: the command */
    WATCH_NAMESPACE,   /* extra: flags of namespaces that no profile grants */
    WATCH_UNSEEN,      /* what is done by way of this call is not seen */
    WATCH_CAPABILITY,  /* it needs capability `value` */
    WATCH_NEGATIVE,    /* the same, where `extra` is negative */
    WATCH_REALTIME,    /* the same, where `extra` is a realtime policy of scheduling */
    WATCH_DEVICE,      /* the same, where `extra` is the mode of a device */
    WATCH_OWNER,       /* the same, where `extra` or the one after it is not the profile's user */
    WATCH_USER,        /* the same, where one of the first `extra` is not the profile's user */
    WATCH_GROUP,       /* the same with its group */
    WATCH_OPEN,        /* extra: flags of open(2) */
    WATCH_OPEN_HOW,    /* extra: the address of a struct open_how */
    WATCH_ACCESS,      /* extra: the mode of access(2) */
    WATCH_READ,        /* looked at; of this and those below, _LINK follows no link at the end */
    WATCH_READ_LINK,
    WATCH_WRITE, /* value: enum plan_watch_right */
    WATCH_WRITE_LINK,
    WATCH_CREATE, /* value: WATCH_ANEW where the call fails if there is something */
    WATCH_REMOVE,
    WATCH_RENAME,
    WATCH_MOUNT,
    WATCH_EXECUTE,
    WATCH_CONNECT, /* path: the address of a socket address; extra: its size; value: 1 where the
                      profile has the host's network */
    WATCH_BIND,    /* the same; value: the capability for low ports */
};

/* Of WATCH_CREATE. */
#define WATCH_ANEW 1

/* Who may change what a file is. */
enum plan_watch_right {
    WATCH_BY_MODE,  /* whom the file's mode lets write */
    WATCH_BY_OWNER, /* its owner, or who has CAP_FOWNER */
    WATCH_BY_OTHER, /* another watch tells */
};

struct plan_watch {
    uint32_t arch; /* AUDIT_ARCH_… */
    int32_t number;
    uint32_t value;
    uint16_t kind;
    int16_t folder, path, extra;
};

/* Of the sendmsg(2) that hands the listener over, which no one is there to answer for yet: flags
 * that a unix socket passes over, and no program sets together. */
#define PLAN_LISTENER_FLAGS (MSG_NOSIGNAL | MSG_CONFIRM | MSG_DONTROUTE)

/* Watches of one plan at the most. */
#define PLAN_WATCHES_MAX 1024

/* The header; then filter_count instructions; then the watches; then the paths, each a byte of enum
 * plan_path_kind, a byte that says whether it may be missing, and the path with its NUL. */
struct plan {
    uint32_t size; /* of the whole memfd */
    uint32_t flags;
    uint32_t uid, gid;
    uint64_t capabilities;                /* bit n is capability number n */
    uint64_t tmp_size;                    /* bytes */
    uint64_t pid_max;                     /* of the PID namespace; 0: as it is */
    uint64_t landlock_fs, landlock_scope; /* what the kernel's ABI can handle of it */
    uint32_t limit_count;
    uint32_t filter_count; /* instructions; 0: no filter */
    uint32_t path_count, paths_size;
    uint32_t watch_count; /* of a permissive plan */
    uint32_t reserved;
    char label[PLAN_LABEL_SIZE]; /* SELinux's context of the script; empty: the runner's own */
    struct plan_limit limits[PLAN_LIMITS_MAX];
    struct sock_filter filter[];
};

#define PLAN_SIZE_MAX                                                     \
    (sizeof(struct plan) + PLAN_FILTER_MAX * sizeof(struct sock_filter) + \
     PLAN_WATCHES_MAX * sizeof(struct plan_watch) + PLAN_PATHS_SIZE_MAX)

/* One path of a plan. */
struct plan_path {
    enum plan_path_kind kind;
    int may_be_missing;
    const char *path;
};

/* Files that a private /tmp of this size may hold: each costs the kernel 1 KiB beside its content.
 */
static inline uint64_t plan_tmp_inodes(uint64_t size)
{
    return 1024 + size / 4096;
}

/* The watches: watch_count of them. The plan is whole. */
const struct plan_watch *plan_watches(const struct plan *plan);

/* Whether `size` bytes hold a whole plan. */
int plan_is_whole(const struct plan *plan, size_t size);

/*
 * Walks the paths: `*cursor` is NULL to begin with. Returns 1 with the next path, 0 after the last.
 * The plan is whole.
 */
int plan_next_path(const struct plan *plan, const char **cursor, struct plan_path *ret_path);
