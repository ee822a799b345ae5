/*
 * Named sets of system calls. Helper. The names are those of systemd.exec(5), "SystemCallFilter=",
 * so that admins find what they know; a call that libseccomp or this machine does not have is
 * passed over.
 *
 * A set holds what that page says of it. Where ours hold less than systemd's own lists, a script
 * would gain what no hook needs and what gets past the rest of its profile:
 *
 *   @aio             no io_uring: what is submitted to a ring passes no filter
 *   @ipc             no process_vm_readv, process_vm_writev, process_madvise: @debug has them, with
 *                    kcmp
 *   @process         no unshare, no setns: namespaces come from the profile
 *   @system-service  no @keyring: keys outlive a script and are shared by all of its user;
 *                    no migrate_pages, move_pages: they reach into other processes (@resources);
 *                    no userfaultfd, vmsplice, personality, name_to_handle_at, kcmp: exploits like
 *                    them, hooks do not know them
 *   @network-io      no socketcall, the way of 32-bit programs: its family cannot be seen
 *
 * Each of these can be named by itself. memfd_create stays: a script may run whatever it brings,
 * from a file as well as from memory. ptrace, bpf, perf_event_open, open_by_handle_at, kexec and
 * the like are in no set that @system-service names.
 *
 * @obsolete and @known are not here: they serve lists of what is forbidden. @runner is ours.
 *
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */
#include "sets.h"

#include <string.h>

#define MEMBERS(...)      \
    (const char *const[]) \
    {                     \
        __VA_ARGS__, NULL \
    }

static const struct syscall_set sets[] = {
    {"@default", "what every program needs to run at all",
     MEMBERS("arch_prctl", "brk", "cacheflush", "clock_getres", "clock_getres_time64",
             "clock_gettime", "clock_gettime64", "clock_nanosleep", "clock_nanosleep_time64",
             "execve", "exit", "exit_group", "futex", "futex_requeue", "futex_time64", "futex_wait",
             "futex_waitv", "futex_wake", "get_robust_list", "get_thread_area", "getegid",
             "getegid32", "geteuid", "geteuid32", "getgid", "getgid32", "getgroups", "getgroups32",
             "getpgid", "getpgrp", "getpid", "getppid", "getrandom", "getresgid", "getresgid32",
             "getresuid", "getresuid32", "getrlimit", "getsid", "gettid", "gettimeofday", "getuid",
             "getuid32", "map_shadow_stack", "membarrier", "mmap", "mmap2", "mprotect", "mseal",
             "munmap", "nanosleep", "pause", "prlimit64", "restart_syscall", "riscv_flush_icache",
             "riscv_hwprobe", "rseq", "rt_sigreturn", "sched_getaffinity", "sched_yield",
             "set_robust_list", "set_thread_area", "set_tid_address", "set_tls", "sigreturn",
             "time", "ugetrlimit", "uretprobe")},
    {"@runner", "what virthook's runner does beside the script, so that no profile goes without",
     MEMBERS("clone", "close", "dup2", "dup3", "fork", "getdents64", "kill",
             "landlock_restrict_self", "openat", "pidfd_send_signal", "pipe2", "poll", "ppoll",
             "read", "recv", "recvfrom", "rt_sigaction", "rt_sigprocmask", "send", "sendmsg",
             "sendto", "setsid", "wait4", "write")},
    {"@aio", "asynchronous I/O, without io_uring",
     MEMBERS("io_cancel", "io_destroy", "io_getevents", "io_pgetevents", "io_pgetevents_time64",
             "io_setup", "io_submit")},
    {"@basic-io", "reading, writing, closing, duplicating",
     MEMBERS("_llseek", "close", "close_range", "dup", "dup2", "dup3", "lseek", "pread64", "preadv",
             "preadv2", "pwrite64", "pwritev", "pwritev2", "read", "readv", "write", "writev")},
    {"@chown", "changing owners of files",
     MEMBERS("chown", "chown32", "fchown", "fchown32", "fchownat", "lchown", "lchown32")},
    {"@clock", "changing the system's clock",
     MEMBERS("adjtimex", "clock_adjtime", "clock_adjtime64", "clock_settime", "clock_settime64",
             "settimeofday", "stime")},
    {"@cpu-emulation", "old modes of the processor",
     MEMBERS("modify_ldt", "subpage_prot", "switch_endian", "vm86", "vm86old")},
    {"@debug", "debugging, tracing, and reaching into other processes",
     MEMBERS("kcmp", "lookup_dcookie", "perf_event_open", "pidfd_getfd", "process_madvise",
             "process_vm_readv", "process_vm_writev", "ptrace", "rtas", "s390_runtime_instr",
             "sys_debug_setcontext")},
    {"@file-system", "files and directories",
     MEMBERS("access", "chdir", "chmod", "close", "creat", "faccessat", "faccessat2", "fallocate",
             "fchdir", "fchmod", "fchmodat", "fchmodat2", "fcntl", "fcntl64", "fgetxattr",
             "file_getattr", "file_setattr", "flistxattr", "fremovexattr", "fsetxattr", "fstat",
             "fstat64", "fstatat64", "fstatfs", "fstatfs64", "ftruncate", "ftruncate64",
             "futimesat", "getcwd", "getdents", "getdents64", "getxattr", "getxattrat",
             "inotify_add_watch", "inotify_init", "inotify_init1", "inotify_rm_watch", "lgetxattr",
             "link", "linkat", "listxattr", "listxattrat", "llistxattr", "lremovexattr",
             "lsetxattr", "lstat", "lstat64", "mkdir", "mkdirat", "mknod", "mknodat", "newfstatat",
             "oldfstat", "oldlstat", "oldstat", "open", "openat", "openat2", "readlink",
             "readlinkat", "removexattr", "removexattrat", "rename", "renameat", "renameat2",
             "rmdir", "setxattr", "setxattrat", "stat", "stat64", "statfs", "statfs64", "statx",
             "symlink", "symlinkat", "truncate", "truncate64", "unlink", "unlinkat", "utime",
             "utimensat", "utimensat_time64", "utimes")},
    {"@io-event", "waiting for descriptors",
     MEMBERS("_newselect", "epoll_create", "epoll_create1", "epoll_ctl", "epoll_ctl_old",
             "epoll_pwait", "epoll_pwait2", "epoll_wait", "epoll_wait_old", "eventfd", "eventfd2",
             "poll", "ppoll", "ppoll_time64", "pselect6", "pselect6_time64", "select")},
    {"@ipc", "pipes, message queues, shared memory",
     MEMBERS("ipc", "memfd_create", "mq_getsetattr", "mq_notify", "mq_open", "mq_timedreceive",
             "mq_timedreceive_time64", "mq_timedsend", "mq_timedsend_time64", "mq_unlink", "msgctl",
             "msgget", "msgrcv", "msgsnd", "pipe", "pipe2", "semctl", "semget", "semop",
             "semtimedop", "semtimedop_time64", "shmat", "shmctl", "shmdt", "shmget")},
    {"@keyring", "the kernel's keyrings", MEMBERS("add_key", "keyctl", "request_key")},
    {"@memlock", "locking memory", MEMBERS("mlock", "mlock2", "mlockall", "munlock", "munlockall")},
    {"@module", "kernel modules", MEMBERS("delete_module", "finit_module", "init_module")},
    {"@mount", "mounting",
     MEMBERS("chroot", "fsconfig", "fsmount", "fsopen", "fspick", "mount", "mount_setattr",
             "move_mount", "open_tree", "open_tree_attr", "pivot_root", "umount", "umount2")},
    {"@network-io", "sockets; which families, the profile says apart",
     MEMBERS("accept", "accept4", "bind", "connect", "getpeername", "getsockname", "getsockopt",
             "listen", "recv", "recvfrom", "recvmmsg", "recvmmsg_time64", "recvmsg", "send",
             "sendmmsg", "sendmsg", "sendto", "setsockopt", "shutdown", "socket", "socketpair")},
    {"@pkey", "memory protection keys", MEMBERS("pkey_alloc", "pkey_free", "pkey_mprotect")},
    {"@process", "processes and threads; namespaces are refused apart",
     MEMBERS("capget", "clone", "clone3", "execveat", "fork", "getrusage", "kill", "pidfd_open",
             "pidfd_send_signal", "prctl", "rt_sigqueueinfo", "rt_tgsigqueueinfo", "tgkill",
             "times", "tkill", "vfork", "wait4", "waitid", "waitpid")},
    {"@raw-io", "ports and devices past their drivers",
     MEMBERS("ioperm", "iopl", "pciconfig_iobase", "pciconfig_read", "pciconfig_write",
             "s390_pci_mmio_read", "s390_pci_mmio_write")},
    {"@reboot", "rebooting", MEMBERS("kexec_file_load", "kexec_load", "reboot")},
    {"@resources", "limits, priorities, scheduling, memory policy",
     MEMBERS("ioprio_set", "mbind", "migrate_pages", "move_pages", "nice", "sched_setaffinity",
             "sched_setattr", "sched_setparam", "sched_setscheduler", "set_mempolicy",
             "set_mempolicy_home_node", "setpriority", "setrlimit")},
    {"@sandbox", "a program's own sandbox",
     MEMBERS("landlock_add_rule", "landlock_create_ruleset", "landlock_restrict_self", "seccomp")},
    {"@setuid", "changing users and groups",
     MEMBERS("setgid", "setgid32", "setgroups", "setgroups32", "setregid", "setregid32",
             "setresgid", "setresgid32", "setresuid", "setresuid32", "setreuid", "setreuid32",
             "setuid", "setuid32")},
    {"@signal", "handling of signals",
     MEMBERS("rt_sigaction", "rt_sigpending", "rt_sigprocmask", "rt_sigsuspend", "rt_sigtimedwait",
             "rt_sigtimedwait_time64", "sigaction", "sigaltstack", "signal", "signalfd",
             "signalfd4", "sigpending", "sigprocmask", "sigsuspend")},
    {"@swap", "swap space", MEMBERS("swapoff", "swapon")},
    {"@sync", "flushing to disk",
     MEMBERS("fdatasync", "fsync", "msync", "sync", "sync_file_range", "sync_file_range2",
             "syncfs")},
    {"@timer", "timers",
     MEMBERS("alarm", "getitimer", "setitimer", "timer_create", "timer_delete", "timer_getoverrun",
             "timer_gettime", "timer_gettime64", "timer_settime", "timer_settime64",
             "timerfd_create", "timerfd_gettime", "timerfd_gettime64", "timerfd_settime",
             "timerfd_settime64", "times")},
    {"@privileged", "what needs a capability, whatever its kind",
     MEMBERS("@chown", "@clock", "@module", "@raw-io", "@reboot", "@setuid", "@swap", "acct", "bpf",
             "capset", "chroot", "fanotify_init", "fanotify_mark", "nfsservctl",
             "open_by_handle_at", "pivot_root", "quotactl", "quotactl_fd", "setdomainname",
             "setfsuid", "setfsuid32", "sethostname", "vhangup")},
    {"@system-service", "what an ordinary service, and a hook, needs",
     MEMBERS("@aio", "@basic-io", "@chown", "@default", "@file-system", "@io-event", "@ipc",
             "@memlock", "@network-io", "@process", "@setuid", "@signal", "@sync", "@timer",
             "arm_fadvise64_64", "capset", "copy_file_range", "fadvise64", "fadvise64_64", "flock",
             "get_mempolicy", "getcpu", "getpriority", "ioctl", "ioprio_get", "ioprio_set",
             "madvise", "mbind", "mremap", "nice", "oldolduname", "olduname", "readahead",
             "readdir", "remap_file_pages", "sched_get_priority_max", "sched_get_priority_min",
             "sched_getattr", "sched_getparam", "sched_getscheduler", "sched_rr_get_interval",
             "sched_rr_get_interval_time64", "sched_setaffinity", "sched_setattr", "sched_setparam",
             "sched_setscheduler", "sendfile", "sendfile64", "set_mempolicy",
             "set_mempolicy_home_node", "setfsgid", "setfsgid32", "setfsuid", "setfsuid32",
             "setpgid", "setpriority", "setrlimit", "setsid", "splice", "swapcontext", "sysinfo",
             "tee", "umask", "uname")},
};

#define SETS_COUNT (sizeof(sets) / sizeof(sets[0]))

_Static_assert(SETS_COUNT <= 64, "a bit for each set");

const struct syscall_set *syscall_set_at(size_t index)
{
    return index < SETS_COUNT ? &sets[index] : NULL;
}

const struct syscall_set *syscall_set_find(const char *name)
{
    for (size_t i = 0; i < SETS_COUNT; i++) {
        if (strcmp(sets[i].name, name) == 0)
            return &sets[i];
    }
    return NULL;
}

static uint64_t named_sets(const char *const *names)
{
    uint64_t found = 0;

    for (; names && *names; names++) {
        const struct syscall_set *set = **names == '@' ? syscall_set_find(*names) : NULL;

        if (set)
            found |= 1ULL << (set - sets);
    }
    return found;
}

/* A set names only sets that stand before it, so one walk from the last to the first is enough. */
uint64_t syscall_sets_reached(const char *const *names)
{
    uint64_t reached = named_sets(names);

    for (size_t i = SETS_COUNT; i-- > 0;) {
        if (reached & 1ULL << i)
            reached |= named_sets(sets[i].members);
    }
    return reached;
}

static bool is_among(const char *const *names, const char *name)
{
    for (; names && *names; names++) {
        if (strcmp(*names, name) == 0)
            return true;
    }
    return false;
}

bool syscalls_reach(const char *const *names, const char *call)
{
    uint64_t reached = syscall_sets_reached(names);

    for (size_t i = 0; i < SETS_COUNT; i++) {
        if (reached & 1ULL << i && is_among(sets[i].members, call))
            return true;
    }
    return is_among(names, call);
}
