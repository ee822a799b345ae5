/*
 * What is looked at of a permissive script's system calls: one table of names, which becomes a list
 * of numbers for each architecture. Helper, at start and at reload; the names that it is compared
 * with come from the configuration and were checked.
 *
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */
#include "watch.h"

#include "cleanup.h"
#include "syscalls.h"

#include <linux/capability.h>
#include <sched.h>
#include <seccomp.h>
#include <string.h>

/* No argument. */
#define NO (-1)

/* No value. */
#define NONE 0

/* One line of the table; a call that tells of several things has several. */
struct line {
    const char *name;
    uint16_t kind;
    int16_t folder, path, extra;
    uint32_t value;
};

/* Which of clone(2)'s arguments has the flags. */
#ifdef __s390__
#define CLONE_FLAGS_ARGUMENT 1
#else
#define CLONE_FLAGS_ARGUMENT 0
#endif

static const struct line lines[] = {
    /* Opening, and looking. */
    {"open", WATCH_OPEN, NO, 0, 1, NONE},
    {"openat", WATCH_OPEN, 0, 1, 2, NONE},
    {"openat2", WATCH_OPEN_HOW, 0, 1, 2, NONE},
    {"creat", WATCH_CREATE, NO, 0, NO, NONE},
    {"access", WATCH_ACCESS, NO, 0, 1, NONE},
    {"faccessat", WATCH_ACCESS, 0, 1, 2, NONE},
    {"faccessat2", WATCH_ACCESS, 0, 1, 2, NONE},
    {"stat", WATCH_READ, NO, 0, NO, NONE},
    {"stat64", WATCH_READ, NO, 0, NO, NONE},
    {"lstat", WATCH_READ_LINK, NO, 0, NO, NONE},
    {"lstat64", WATCH_READ_LINK, NO, 0, NO, NONE},
    {"newfstatat", WATCH_READ, 0, 1, NO, NONE},
    {"fstatat64", WATCH_READ, 0, 1, NO, NONE},
    {"statx", WATCH_READ, 0, 1, NO, NONE},
    {"readlink", WATCH_READ_LINK, NO, 0, NO, NONE},
    {"readlinkat", WATCH_READ_LINK, 0, 1, NO, NONE},
    {"chdir", WATCH_READ, NO, 0, NO, NONE},
    {"execve", WATCH_EXECUTE, NO, 0, NO, NONE},
    {"execveat", WATCH_EXECUTE, 0, 1, NO, NONE},
    /* Changing what is there. */
    {"truncate", WATCH_WRITE, NO, 0, NO, NONE},
    {"truncate64", WATCH_WRITE, NO, 0, NO, NONE},
    {"chmod", WATCH_WRITE, NO, 0, NO, WATCH_BY_OWNER},
    {"fchmod", WATCH_WRITE, 0, NO, NO, WATCH_BY_OWNER},
    {"fchmodat", WATCH_WRITE, 0, 1, NO, WATCH_BY_OWNER},
    {"fchmodat2", WATCH_WRITE, 0, 1, NO, WATCH_BY_OWNER},
    {"chown", WATCH_WRITE, NO, 0, NO, WATCH_BY_OTHER},
    {"chown32", WATCH_WRITE, NO, 0, NO, WATCH_BY_OTHER},
    {"lchown", WATCH_WRITE_LINK, NO, 0, NO, WATCH_BY_OTHER},
    {"lchown32", WATCH_WRITE_LINK, NO, 0, NO, WATCH_BY_OTHER},
    {"fchown", WATCH_WRITE, 0, NO, NO, WATCH_BY_OTHER},
    {"fchown32", WATCH_WRITE, 0, NO, NO, WATCH_BY_OTHER},
    {"fchownat", WATCH_WRITE, 0, 1, NO, WATCH_BY_OTHER},
    {"utime", WATCH_WRITE, NO, 0, NO, NONE},
    {"utimes", WATCH_WRITE, NO, 0, NO, NONE},
    {"futimesat", WATCH_WRITE, 0, 1, NO, NONE},
    {"utimensat", WATCH_WRITE, 0, 1, NO, NONE},
    {"utimensat_time64", WATCH_WRITE, 0, 1, NO, NONE},
    {"setxattr", WATCH_WRITE, NO, 0, NO, NONE},
    {"lsetxattr", WATCH_WRITE_LINK, NO, 0, NO, NONE},
    {"fsetxattr", WATCH_WRITE, 0, NO, NO, NONE},
    {"setxattrat", WATCH_WRITE, 0, 1, NO, NONE},
    {"removexattr", WATCH_WRITE, NO, 0, NO, NONE},
    {"lremovexattr", WATCH_WRITE_LINK, NO, 0, NO, NONE},
    {"fremovexattr", WATCH_WRITE, 0, NO, NO, NONE},
    {"removexattrat", WATCH_WRITE, 0, 1, NO, NONE},
    /* Making and removing. */
    {"mkdir", WATCH_CREATE, NO, 0, NO, WATCH_ANEW},
    {"mkdirat", WATCH_CREATE, 0, 1, NO, WATCH_ANEW},
    {"mknod", WATCH_CREATE, NO, 0, NO, WATCH_ANEW},
    {"mknod", WATCH_DEVICE, NO, NO, 1, CAP_MKNOD},
    {"mknodat", WATCH_CREATE, 0, 1, NO, WATCH_ANEW},
    {"mknodat", WATCH_DEVICE, NO, NO, 2, CAP_MKNOD},
    {"symlink", WATCH_CREATE, NO, 1, NO, WATCH_ANEW},
    {"symlinkat", WATCH_CREATE, 1, 2, NO, WATCH_ANEW},
    {"link", WATCH_READ_LINK, NO, 0, NO, NONE},
    {"link", WATCH_CREATE, NO, 1, NO, WATCH_ANEW},
    {"linkat", WATCH_READ_LINK, 0, 1, NO, NONE},
    {"linkat", WATCH_CREATE, 2, 3, NO, WATCH_ANEW},
    {"unlink", WATCH_REMOVE, NO, 0, NO, NONE},
    {"unlinkat", WATCH_REMOVE, 0, 1, NO, NONE},
    {"rmdir", WATCH_REMOVE, NO, 0, NO, NONE},
    {"rename", WATCH_RENAME, NO, 0, NO, NONE},
    {"rename", WATCH_CREATE, NO, 1, NO, NONE},
    {"renameat", WATCH_RENAME, 0, 1, NO, NONE},
    {"renameat", WATCH_CREATE, 2, 3, NO, NONE},
    {"renameat2", WATCH_RENAME, 0, 1, NO, NONE},
    {"renameat2", WATCH_CREATE, 2, 3, NO, NONE},
    {"mount", WATCH_MOUNT, NO, 1, NO, NONE},
    {"move_mount", WATCH_MOUNT, 2, 3, NO, NONE},
    {"umount", WATCH_MOUNT, NO, 0, NO, NONE},
    {"umount2", WATCH_MOUNT, NO, 0, NO, NONE},
    /* Sockets. */
    {"socket", WATCH_SOCKET, NO, NO, 1, NONE},
    {"socketpair", WATCH_SOCKET, NO, NO, 1, NONE},
    {"connect", WATCH_CONNECT, NO, 1, 2, NONE},
    {"sendto", WATCH_CONNECT, NO, 4, 5, NONE},
    {"bind", WATCH_BIND, NO, 1, 2, CAP_NET_BIND_SERVICE},
    {"sendto", WATCH_MESSAGE, NO, 1, 2, NONE},
    {"sendmsg", WATCH_MESSAGE, NO, 1, NO, NONE},
    {"sendmmsg", WATCH_MESSAGE, NO, 1, NO, NONE},
    {"ioctl", WATCH_IOCTL, NO, NO, 1, CAP_NET_ADMIN},
    /* What goes past a filter, or into a namespace where all is otherwise. */
    {"io_uring_setup", WATCH_UNSEEN, NO, NO, NO, NONE},
    {"setns", WATCH_UNSEEN, NO, NO, NO, NONE},
    {"chroot", WATCH_UNSEEN, NO, NO, NO, NONE},
    {"pivot_root", WATCH_UNSEEN, NO, NO, NO, NONE},
    {"open_by_handle_at", WATCH_UNSEEN, NO, NO, NO, NONE},
    {"unshare", WATCH_NAMESPACE, NO, NO, 0, CLONE_NEWUSER},
    {"clone", WATCH_NAMESPACE, NO, NO, CLONE_FLAGS_ARGUMENT,
     CLONE_NEWNS | CLONE_NEWCGROUP | CLONE_NEWUTS | CLONE_NEWIPC | CLONE_NEWUSER | CLONE_NEWPID |
         CLONE_NEWNET},
    /* Capabilities. */
    {"mount", WATCH_CAPABILITY, NO, NO, NO, CAP_SYS_ADMIN},
    {"move_mount", WATCH_CAPABILITY, NO, NO, NO, CAP_SYS_ADMIN},
    {"umount", WATCH_CAPABILITY, NO, NO, NO, CAP_SYS_ADMIN},
    {"umount2", WATCH_CAPABILITY, NO, NO, NO, CAP_SYS_ADMIN},
    {"fsopen", WATCH_CAPABILITY, NO, NO, NO, CAP_SYS_ADMIN},
    {"open_tree", WATCH_CAPABILITY, NO, NO, NO, CAP_SYS_ADMIN},
    {"mount_setattr", WATCH_CAPABILITY, NO, NO, NO, CAP_SYS_ADMIN},
    {"pivot_root", WATCH_CAPABILITY, NO, NO, NO, CAP_SYS_ADMIN},
    {"setns", WATCH_CAPABILITY, NO, NO, NO, CAP_SYS_ADMIN},
    {"unshare", WATCH_CAPABILITY, NO, NO, NO, CAP_SYS_ADMIN},
    {"swapon", WATCH_CAPABILITY, NO, NO, NO, CAP_SYS_ADMIN},
    {"swapoff", WATCH_CAPABILITY, NO, NO, NO, CAP_SYS_ADMIN},
    {"sethostname", WATCH_CAPABILITY, NO, NO, NO, CAP_SYS_ADMIN},
    {"setdomainname", WATCH_CAPABILITY, NO, NO, NO, CAP_SYS_ADMIN},
    {"quotactl", WATCH_CAPABILITY, NO, NO, NO, CAP_SYS_ADMIN},
    {"fanotify_init", WATCH_CAPABILITY, NO, NO, NO, CAP_SYS_ADMIN},
    {"chroot", WATCH_CAPABILITY, NO, NO, NO, CAP_SYS_CHROOT},
    {"open_by_handle_at", WATCH_CAPABILITY, NO, NO, NO, CAP_DAC_READ_SEARCH},
    {"init_module", WATCH_CAPABILITY, NO, NO, NO, CAP_SYS_MODULE},
    {"finit_module", WATCH_CAPABILITY, NO, NO, NO, CAP_SYS_MODULE},
    {"delete_module", WATCH_CAPABILITY, NO, NO, NO, CAP_SYS_MODULE},
    {"reboot", WATCH_CAPABILITY, NO, NO, NO, CAP_SYS_BOOT},
    {"kexec_load", WATCH_CAPABILITY, NO, NO, NO, CAP_SYS_BOOT},
    {"kexec_file_load", WATCH_CAPABILITY, NO, NO, NO, CAP_SYS_BOOT},
    {"settimeofday", WATCH_CAPABILITY, NO, NO, NO, CAP_SYS_TIME},
    {"clock_settime", WATCH_CAPABILITY, NO, NO, NO, CAP_SYS_TIME},
    {"clock_settime64", WATCH_CAPABILITY, NO, NO, NO, CAP_SYS_TIME},
    {"ioperm", WATCH_CAPABILITY, NO, NO, NO, CAP_SYS_RAWIO},
    {"iopl", WATCH_CAPABILITY, NO, NO, NO, CAP_SYS_RAWIO},
    {"acct", WATCH_CAPABILITY, NO, NO, NO, CAP_SYS_PACCT},
    {"vhangup", WATCH_CAPABILITY, NO, NO, NO, CAP_SYS_TTY_CONFIG},
    {"bpf", WATCH_CAPABILITY, NO, NO, NO, CAP_BPF},
    {"chown", WATCH_OWNER, NO, NO, 1, CAP_CHOWN},
    {"chown32", WATCH_OWNER, NO, NO, 1, CAP_CHOWN},
    {"lchown", WATCH_OWNER, NO, NO, 1, CAP_CHOWN},
    {"lchown32", WATCH_OWNER, NO, NO, 1, CAP_CHOWN},
    {"fchown", WATCH_OWNER, NO, NO, 1, CAP_CHOWN},
    {"fchown32", WATCH_OWNER, NO, NO, 1, CAP_CHOWN},
    {"fchownat", WATCH_OWNER, NO, NO, 2, CAP_CHOWN},
    {"setuid", WATCH_USER, NO, NO, 1, CAP_SETUID},
    {"setuid32", WATCH_USER, NO, NO, 1, CAP_SETUID},
    {"setreuid", WATCH_USER, NO, NO, 2, CAP_SETUID},
    {"setreuid32", WATCH_USER, NO, NO, 2, CAP_SETUID},
    {"setresuid", WATCH_USER, NO, NO, 3, CAP_SETUID},
    {"setresuid32", WATCH_USER, NO, NO, 3, CAP_SETUID},
    {"setfsuid", WATCH_USER, NO, NO, 1, CAP_SETUID},
    {"setfsuid32", WATCH_USER, NO, NO, 1, CAP_SETUID},
    {"setgid", WATCH_GROUP, NO, NO, 1, CAP_SETGID},
    {"setgid32", WATCH_GROUP, NO, NO, 1, CAP_SETGID},
    {"setregid", WATCH_GROUP, NO, NO, 2, CAP_SETGID},
    {"setregid32", WATCH_GROUP, NO, NO, 2, CAP_SETGID},
    {"setresgid", WATCH_GROUP, NO, NO, 3, CAP_SETGID},
    {"setresgid32", WATCH_GROUP, NO, NO, 3, CAP_SETGID},
    {"setfsgid", WATCH_GROUP, NO, NO, 1, CAP_SETGID},
    {"setfsgid32", WATCH_GROUP, NO, NO, 1, CAP_SETGID},
    {"setgroups", WATCH_CAPABILITY, NO, NO, NO, CAP_SETGID},
    {"setgroups32", WATCH_CAPABILITY, NO, NO, NO, CAP_SETGID},
    {"nice", WATCH_NEGATIVE, NO, NO, 0, CAP_SYS_NICE},
    {"setpriority", WATCH_NEGATIVE, NO, NO, 2, CAP_SYS_NICE},
    {"sched_setscheduler", WATCH_REALTIME, NO, NO, 1, CAP_SYS_NICE},
};

#define LINES_COUNT (sizeof(lines) / sizeof(lines[0]))

/* A list while it is made. */
struct list {
    struct plan_watch *watches;
    size_t count;
};

bool watch_has(const char *name)
{
    for (size_t i = 0; i < LINES_COUNT; i++) {
        if (strcmp(lines[i].name, name) == 0)
            return true;
    }
    return false;
}

static int add(struct list *list, struct plan_watch watch)
{
    if (list->count == PLAN_WATCHES_MAX)
        return -E2BIG;
    list->watches[list->count++] = watch;
    return 0;
}

/* Whether the profile has already what this line would tell that it lacks. */
static bool is_granted(const struct line *line, const struct watch_profile *profile)
{
    switch (line->kind) {
    case WATCH_CAPABILITY:
    case WATCH_NEGATIVE:
    case WATCH_REALTIME:
    case WATCH_DEVICE:
    case WATCH_OWNER:
    case WATCH_USER:
    case WATCH_GROUP:
        return profile->capabilities & (1ULL << line->value);
    default:
        return false;
    }
}

/* What the runner needs to know beside the line itself. */
static uint32_t choose_value(const struct line *line, const struct watch_profile *profile)
{
    if (line->kind == WATCH_CONNECT)
        return profile->host_network;
    return line->value;
}

/* The call itself is not listed: the filter asks about all calls of the table, so it is told here
 * which of them it would have refused. */
static int add_refused(struct list *list, struct plan_watch watch)
{
    watch.kind = WATCH_REFUSED;
    watch.folder = watch.path = watch.extra = NO;
    return add(list, watch);
}

static int add_families(struct list *list, struct plan_watch watch, const struct filter_wish *wish)
{
    int r = 0;

    watch.kind = WATCH_FAMILY;
    for (size_t i = 0; r == 0 && i < wish->family_count; i++) {
        watch.value = (uint32_t)wish->families[i];
        r = add(list, watch);
    }
    return r;
}

static int add_line(struct list *list, struct plan_watch watch, const struct line *line,
                    const struct watch_profile *profile)
{
    int r = 0;

    watch.kind = line->kind;
    watch.value = choose_value(line, profile);
    watch.folder = line->folder;
    watch.path = line->path;
    watch.extra = line->extra;
    if (!is_granted(line, profile))
        r = add(list, watch);
    return r == 0 && line->kind == WATCH_SOCKET ? add_families(list, watch, profile->wish) : r;
}

static int add_call(struct list *list, struct plan_watch watch, const char *name,
                    const struct watch_profile *profile)
{
    int r = 0;

    if (!watch_has(name))
        return 0;
    if (!filter_lists(profile->wish, name))
        r = add_refused(list, watch);
    for (size_t i = 0; r == 0 && i < LINES_COUNT; i++) {
        if (strcmp(lines[i].name, name) == 0)
            r = add_line(list, watch, &lines[i], profile);
    }
    return r;
}

/* From number to name: the other way gives a pseudo number for i386's sockets. */
static int add_architecture(struct list *list, uint32_t arch, const struct watch_profile *profile)
{
    int r = 0;

    for (int number = 0; r == 0 && number < SYSCALL_NUMBER_MAX; number++) {
        auto_free char *name = seccomp_syscall_resolve_num_arch(arch, number);

        if (name)
            r = add_call(list, (struct plan_watch){.arch = arch, .number = number}, name, profile);
    }
    return r;
}

int watch_build(const struct watch_profile *profile, struct plan_watch **ret_watches,
                size_t *ret_count)
{
    const uint32_t arches[] = {seccomp_arch_native(), filter_second_architecture()};
    auto_free struct plan_watch *watches = calloc(PLAN_WATCHES_MAX, sizeof(*watches));
    struct list list = {.watches = watches};
    int r = watches ? 0 : -ENOMEM;

    for (size_t i = 0; r == 0 && i < 2 && (i == 0 || arches[i] != arches[0]); i++)
        r = add_architecture(&list, arches[i], profile);
    if (r < 0)
        return r;
    *ret_count = list.count;
    *ret_watches = take_pointer(&watches);
    return 0;
}
