/*
 * A profile's system calls as a program for the kernel, by libseccomp. Helper, at start and at
 * reload; the names come from the configuration and were checked.
 *
 * An argument is looked at only where it is a number. libseccomp compares all 64 bits, the kernel
 * reads 32 of an int: so arguments are matched to be allowed, never to be denied. Where they do not
 * match, or another architecture asks (x32 included), what is denied by default comes.
 *
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */
#include "filter.h"

#include "cleanup.h"
#include "fd.h"
#include "plan.h"
#include "sets.h"
#include "watch.h"

#include <fcntl.h>
#include <linux/seccomp.h>
#include <sched.h>
#include <seccomp.h>
#include <stdint.h>
#include <string.h>

/* System calls are numbered below; what is above belongs to one architecture (arm) or ABI (x32). */
#define NUMBERS_END 1024

/* Instructions of the program's head at the most: see write_head(). */
#define HEAD_MAX 16

/* Which of clone(2)'s arguments has the flags. */
#ifdef __s390__
#define CLONE_FLAGS_ARGUMENT 1
#else
#define CLONE_FLAGS_ARGUMENT 0
#endif

/* Those that clone(2) can be given: CLONE_NEWTIME is clone3's and unshare's alone. */
#define NAMESPACE_FLAGS                                                                           \
    (CLONE_NEWNS | CLONE_NEWCGROUP | CLONE_NEWUTS | CLONE_NEWIPC | CLONE_NEWUSER | CLONE_NEWPID | \
     CLONE_NEWNET)

/* TIOCSTI 0x5412 and TIOCLINUX 0x541c, seen bit by bit: what they share, and what of the rest is
 * neither. */
#define TIOC_SHARED_MASK  0xfffffff1U
#define TIOC_SHARED_VALUE 0x5410U

/* What every filter lets pass. */
static const char *const always[] = {"@default", "@runner", NULL};

static int allow_when(scmp_filter_ctx context, int number, struct scmp_arg_cmp condition)
{
    int r = seccomp_rule_add_array(context, SCMP_ACT_ALLOW, number, 1, &condition);

    /* -EDOM: an architecture where this call is reached another way. */
    return r == -EDOM ? 0 : r;
}

/* cmd is 32 bits to the kernel: it is allowed if a single bit tells it from the two that are not.
 */
static int allow_ioctl(scmp_filter_ctx context)
{
    static const uint32_t neighbours[] = {0x5410, 0x5414, 0x5416, 0x5418, 0x541a, 0x541e};
    int number = seccomp_syscall_resolve_name("ioctl");
    int r = 0;

    for (unsigned int bit = 0; r == 0 && bit < 32; bit++) {
        uint64_t mask = TIOC_SHARED_MASK & (1U << bit);

        if (mask)
            r = allow_when(context, number,
                           SCMP_A1_64(SCMP_CMP_MASKED_EQ, mask, ~TIOC_SHARED_VALUE & mask));
    }
    for (size_t i = 0; r == 0 && i < sizeof(neighbours) / sizeof(neighbours[0]); i++)
        r = allow_when(context, number, SCMP_A1_64(SCMP_CMP_MASKED_EQ, 0xffffffffU, neighbours[i]));
    return r;
}

static int allow_families(scmp_filter_ctx context, const char *name, const struct filter_wish *wish)
{
    int number = seccomp_syscall_resolve_name(name);
    int r = 0;

    for (size_t i = 0; r == 0 && i < wish->family_count; i++)
        r = allow_when(context, number, SCMP_A0_64(SCMP_CMP_EQ, (uint64_t)wish->families[i]));
    return r;
}

static int allow_clone(scmp_filter_ctx context)
{
    return allow_when(context, seccomp_syscall_resolve_name("clone"),
                      SCMP_CMP64(CLONE_FLAGS_ARGUMENT, SCMP_CMP_MASKED_EQ, NAMESPACE_FLAGS, 0));
}

/* In a user namespace of its own a script would hold every capability. */
static int allow_unshare(scmp_filter_ctx context)
{
    return allow_when(context, seccomp_syscall_resolve_name("unshare"),
                      SCMP_A0_64(SCMP_CMP_MASKED_EQ, CLONE_NEWUSER, 0));
}

static int allow_whole(scmp_filter_ctx context, const char *name)
{
    int number = seccomp_syscall_resolve_name(name);
    int r = number == __NR_SCMP_ERROR ? 0 : seccomp_rule_add(context, SCMP_ACT_ALLOW, number, 0);

    return r == -EDOM ? 0 : r;
}

static bool is_named(const struct filter_wish *wish, const char *name)
{
    for (size_t i = 0; wish->calls[i]; i++) {
        if (strcmp(wish->calls[i], name) == 0)
            return true;
    }
    return false;
}

/* By a limit on its CPU time, uid 0 could end any process of uid 0 that it sees. */
static int allow_prlimit(scmp_filter_ctx context, const struct filter_wish *wish)
{
    if (is_named(wish, "prlimit64"))
        return allow_whole(context, "prlimit64");
    return allow_when(context, seccomp_syscall_resolve_name("prlimit64"),
                      SCMP_A0_64(SCMP_CMP_MASKED_EQ, 0xffffffffU, 0));
}

/* Asking is left out only where there is nothing to see, and programs do it all the time. */
static int allow_unseen(scmp_filter_ctx context, const char *name)
{
    int number = seccomp_syscall_resolve_name(name);

    if (strcmp(name, "clone") == 0)
        return allow_clone(context);
    if (strcmp(name, "sendto") == 0)
        return allow_when(context, number, SCMP_A4_64(SCMP_CMP_EQ, 0));
    if (strcmp(name, "sendmsg") == 0)
        return allow_when(context, number,
                          SCMP_A2_64(SCMP_CMP_MASKED_EQ, 0xffffffffU, PLAN_LISTENER_FLAGS));
    if (strcmp(name, "statx") == 0)
        return allow_when(context, number,
                          SCMP_A2_64(SCMP_CMP_MASKED_EQ, AT_EMPTY_PATH, AT_EMPTY_PATH));
    if (strcmp(name, "newfstatat") == 0 || strcmp(name, "fstatat64") == 0)
        return allow_when(context, number,
                          SCMP_A3_64(SCMP_CMP_MASKED_EQ, AT_EMPTY_PATH, AT_EMPTY_PATH));
    return 0;
}

/* MFD_NOEXEC_SEAL, since Linux 6.3. */
static int allow_sealed_memfds(scmp_filter_ctx context)
{
    return allow_when(context, seccomp_syscall_resolve_name("memfd_create"),
                      SCMP_A1_64(SCMP_CMP_MASKED_EQ, 8, 8));
}

static int allow_call(scmp_filter_ctx context, const char *name, const struct filter_wish *wish)
{
    if (wish->permissive && watch_has(name))
        return allow_unseen(context, name);
    if (strcmp(name, "clone") == 0)
        return allow_clone(context);
    if (strcmp(name, "unshare") == 0)
        return allow_unshare(context);
    if (strcmp(name, "prlimit64") == 0)
        return allow_prlimit(context, wish);
    if (strcmp(name, "socket") == 0 || strcmp(name, "socketpair") == 0)
        return allow_families(context, name, wish);
    if (strcmp(name, "ioctl") == 0)
        return allow_ioctl(context);
    if (strcmp(name, "memfd_create") == 0 && wish->sealed_memfds)
        return allow_sealed_memfds(context);
    /* Their refusal is built in. */
    if (strcmp(name, "clone3") == 0 || strcmp(name, "socketcall") == 0)
        return 0;
    return allow_whole(context, name);
}

static int refuse_clone3(scmp_filter_ctx context)
{
    return seccomp_rule_add(context, SCMP_ACT_ERRNO(ENOSYS), seccomp_syscall_resolve_name("clone3"),
                            0);
}

/* Those of the list that are calls; a set that there is not is an error. */
static int allow_calls(scmp_filter_ctx context, const char *const *names,
                       const struct filter_wish *wish)
{
    int r = 0;

    for (; r == 0 && *names; names++) {
        if (**names != '@')
            r = allow_call(context, *names, wish);
        else if (!syscall_set_find(*names))
            r = -EINVAL;
    }
    return r;
}

uint32_t filter_second_architecture(void)
{
    switch (seccomp_arch_native()) {
    case SCMP_ARCH_X86_64:
        return SCMP_ARCH_X86;
    case SCMP_ARCH_AARCH64:
        return SCMP_ARCH_ARM;
    case SCMP_ARCH_S390X:
        return SCMP_ARCH_S390;
    default:
        return seccomp_arch_native();
    }
}

static int add_architectures(scmp_filter_ctx context)
{
    int r = seccomp_arch_add(context, filter_second_architecture());

    return r == -EEXIST ? 0 : r;
}

static int set_attributes(scmp_filter_ctx context, uint32_t denied)
{
    int r = seccomp_attr_set(context, SCMP_FLTATR_ACT_BADARCH, denied);

    if (r == 0)
        r = seccomp_attr_set(context, SCMP_FLTATR_CTL_OPTIMIZE, 2);
    return r;
}

static uint32_t first_unknown_number(void)
{
    for (int number = NUMBERS_END - 1; number > 0; number--) {
        auto_free char *name = seccomp_syscall_resolve_num_arch(seccomp_arch_native(), number);

        if (name)
            return (uint32_t)number + 1;
    }
    return NUMBERS_END;
}

/*
 * socketcall(2) has its arguments in memory. libseccomp makes of each rule for socket(2) one for
 * socketcall(2) too, without its family, so that all of them would be allowed by this way.
 */
static size_t write_refusal_of_socketcall(struct sock_filter *head, uint32_t arch, uint32_t denied)
{
    int number = seccomp_syscall_resolve_name_arch(arch, "socketcall");
    const struct sock_filter lines[] = {
        BPF_STMT(BPF_LD | BPF_W | BPF_ABS, offsetof(struct seccomp_data, arch)),
        BPF_JUMP(BPF_JMP | BPF_JEQ | BPF_K, arch, 0, 3),
        BPF_STMT(BPF_LD | BPF_W | BPF_ABS, offsetof(struct seccomp_data, nr)),
        BPF_JUMP(BPF_JMP | BPF_JEQ | BPF_K, (uint32_t)number, 0, 1),
        BPF_STMT(BPF_RET | BPF_K, denied),
    };

    if (number < 0)
        return 0;
    memcpy(head, lines, sizeof(lines));
    return sizeof(lines) / sizeof(lines[0]);
}

/*
 * What is newer than libseccomp cannot be named in a profile or in the log. It gets the answer of a
 * kernel that does not have it, so that programs fall back.
 */
static size_t write_refusal_of_unknown(struct sock_filter *head)
{
    const struct sock_filter lines[] = {
        BPF_STMT(BPF_LD | BPF_W | BPF_ABS, offsetof(struct seccomp_data, nr)),
        BPF_JUMP(BPF_JMP | BPF_JGE | BPF_K, NUMBERS_END, 2, 0),
        BPF_JUMP(BPF_JMP | BPF_JGE | BPF_K, first_unknown_number(), 0, 1),
        BPF_STMT(BPF_RET | BPF_K, SECCOMP_RET_ERRNO | ENOSYS),
    };

    memcpy(head, lines, sizeof(lines));
    return sizeof(lines) / sizeof(lines[0]);
}

/* What comes before libseccomp's program, and cannot be said by it. */
static size_t write_head(struct sock_filter head[HEAD_MAX], uint32_t denied)
{
    size_t count = write_refusal_of_socketcall(head, seccomp_arch_native(), denied);

    count += write_refusal_of_socketcall(head + count, filter_second_architecture(), denied);
    return count + write_refusal_of_unknown(head + count);
}

static int read_program(scmp_filter_ctx context, bool notify, struct sock_filter **ret_program,
                        size_t *ret_count)
{
    uint32_t denied = notify ? SECCOMP_RET_USER_NOTIF : SECCOMP_RET_ERRNO | EPERM;
    auto_free struct sock_filter *program = calloc(HEAD_MAX + PLAN_FILTER_MAX, sizeof(*program));
    auto_close int memfd = -EBADF;
    size_t count, size = 0;
    int r;

    if (!program)
        return -ENOMEM;
    count = write_head(program, denied);
    r = fd_new_memfd("virthook-filter", &memfd);
    if (r == 0)
        r = seccomp_export_bpf(context, memfd);
    if (r == 0 && lseek(memfd, 0, SEEK_SET) < 0)
        r = -errno;
    if (r == 0)
        r = fd_read_all(memfd, program + count, PLAN_FILTER_MAX * sizeof(*program), &size);
    if (r < 0)
        return r;
    count += size / sizeof(*program);
    if (count > PLAN_FILTER_MAX)
        return -E2BIG;
    *ret_count = count;
    *ret_program = take_pointer(&program);
    return 0;
}

bool filter_lists(const struct filter_wish *wish, const char *name)
{
    return syscalls_reach(always, name) || syscalls_reach(wish->calls, name);
}

static int add_rules(scmp_filter_ctx context, const struct filter_wish *wish)
{
    uint64_t reached = syscall_sets_reached(always) | syscall_sets_reached(wish->calls);
    const struct syscall_set *set;
    int r = allow_calls(context, wish->calls, wish);

    for (size_t i = 0; r == 0 && (set = syscall_set_at(i)); i++) {
        if (reached & 1ULL << i)
            r = allow_calls(context, set->members, wish);
    }
    return r == 0 ? refuse_clone3(context) : r;
}

int filter_build(const struct filter_wish *wish, struct sock_filter **ret_program,
                 size_t *ret_count)
{
    uint32_t denied = wish->notify ? SCMP_ACT_NOTIFY : SCMP_ACT_ERRNO(EPERM);
    scmp_filter_ctx context = seccomp_init(denied);
    int r;

    if (!context)
        return -ENOMEM;
    r = set_attributes(context, denied);
    if (r == 0)
        r = add_architectures(context);
    if (r == 0)
        r = add_rules(context, wish);
    if (r == 0)
        r = read_program(context, wish->notify, ret_program, ret_count);
    seccomp_release(context);
    return r;
}
