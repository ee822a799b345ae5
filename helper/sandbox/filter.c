/*
 * A profile's system calls as a program for the kernel, by libseccomp. Helper, at start and at
 * reload; the names come from the configuration and were checked.
 *
 * An argument is looked at only where it is a number. libseccomp compares all 64 bits, the kernel
 * reads 32 of an int: so arguments are always matched to be allowed, never to be denied.
 *
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */
#include "filter.h"

#include "cleanup.h"
#include "fd.h"
#include "sets.h"

#include <sched.h>
#include <seccomp.h>
#include <stdint.h>
#include <string.h>
#include <sys/ioctl.h>

/* Sets name sets; deeper than this they would name each other in a circle. */
#define SET_DEPTH_MAX 8

/* The kernel's BPF_MAXINSNS. */
#define PROGRAM_MAX 4096

/* Those that clone(2) can be given: CLONE_NEWTIME is clone3's and unshare's alone. */
#define NAMESPACE_FLAGS                                                                           \
    (CLONE_NEWNS | CLONE_NEWCGROUP | CLONE_NEWUTS | CLONE_NEWIPC | CLONE_NEWUSER | CLONE_NEWPID | \
     CLONE_NEWNET)

/* TIOCSTI 0x5412 and TIOCLINUX 0x541c, seen bit by bit: what they share, and what of the rest is
 * neither. */
#define TIOC_SHARED_MASK  0xfffffff1U
#define TIOC_SHARED_VALUE 0x5410U

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

static int refuse_clone3(scmp_filter_ctx context)
{
    return seccomp_rule_add(context, SCMP_ACT_ERRNO(ENOSYS), seccomp_syscall_resolve_name("clone3"),
                            0);
}

static int allow_call(scmp_filter_ctx context, const char *name, const struct filter_wish *wish)
{
    int number = seccomp_syscall_resolve_name(name);
    int r;

    if (strcmp(name, "clone") == 0)
        return allow_when(context, number, SCMP_A0_64(SCMP_CMP_MASKED_EQ, NAMESPACE_FLAGS, 0));
    if (strcmp(name, "clone3") == 0)
        return 0;
    if (strcmp(name, "socket") == 0 || strcmp(name, "socketpair") == 0)
        return allow_families(context, name, wish);
    if (strcmp(name, "ioctl") == 0)
        return allow_ioctl(context);
    if (number == __NR_SCMP_ERROR)
        return 0;
    r = seccomp_rule_add(context, SCMP_ACT_ALLOW, number, 0);
    return r == -EDOM ? 0 : r;
}

static int allow_name(scmp_filter_ctx context, const char *name, const struct filter_wish *wish,
                      unsigned int depth)
{
    const struct syscall_set *set;
    int r = 0;

    if (*name != '@')
        return allow_call(context, name, wish);
    set = syscall_set_find(name);
    if (!set || depth == SET_DEPTH_MAX)
        return -EINVAL;
    for (size_t i = 0; r == 0 && set->members[i]; i++)
        r = allow_name(context, set->members[i], wish, depth + 1);
    return r;
}

static int add_architectures(scmp_filter_ctx context)
{
    int r = 0;

    if (seccomp_arch_native() == SCMP_ARCH_X86_64)
        r = seccomp_arch_add(context, SCMP_ARCH_X86);
    if (seccomp_arch_native() == SCMP_ARCH_AARCH64)
        r = seccomp_arch_add(context, SCMP_ARCH_ARM);
    return r == -EEXIST ? 0 : r;
}

static int set_attributes(scmp_filter_ctx context, uint32_t denied)
{
    int r = seccomp_attr_set(context, SCMP_FLTATR_ACT_BADARCH, denied);

    if (r == 0)
        r = seccomp_attr_set(context, SCMP_FLTATR_CTL_OPTIMIZE, 2);
    return r;
}

static int read_program(scmp_filter_ctx context, struct sock_filter **ret_program,
                        size_t *ret_count)
{
    auto_free struct sock_filter *program = calloc(PROGRAM_MAX + 1, sizeof(*program));
    auto_close int memfd = -EBADF;
    size_t size;
    int r;

    if (!program)
        return -ENOMEM;
    r = fd_new_memfd("virthook-filter", &memfd);
    if (r == 0)
        r = seccomp_export_bpf(context, memfd);
    if (r == 0 && lseek(memfd, 0, SEEK_SET) < 0)
        r = -errno;
    if (r == 0)
        r = fd_read_all(memfd, program, (PROGRAM_MAX + 1) * sizeof(*program), &size);
    if (r < 0)
        return r;
    if (size > PROGRAM_MAX * sizeof(*program))
        return -E2BIG;
    *ret_count = size / sizeof(*program);
    *ret_program = take_pointer(&program);
    return 0;
}

static int add_rules(scmp_filter_ctx context, const struct filter_wish *wish)
{
    int r = allow_name(context, "@default", wish, 0);

    for (size_t i = 0; r == 0 && wish->calls[i]; i++)
        r = allow_name(context, wish->calls[i], wish, 0);
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
        r = read_program(context, ret_program, ret_count);
    seccomp_release(context);
    return r;
}
