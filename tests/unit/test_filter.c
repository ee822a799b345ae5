/*
 * What no profile gives, and what a profile's words mean to the kernel: the built-in refusals by
 * number and argument, and real calls under a real filter.
 *
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */
#include "bpf.h"
#include "filter.h"

#include <fcntl.h>
#include <sched.h>
#include <seccomp.h>
#include <sys/ioctl.h>
#include <sys/mount.h>
#include <sys/resource.h>
#include <sys/socket.h>
#include <termios.h>

#define REFUSED (SECCOMP_RET_ERRNO | EPERM)
#define MISSING (SECCOMP_RET_ERRNO | ENOSYS)

/* socket(2) of its own, beside socketcall(2); libseccomp has another number for it. */
#define I386_SOCKET 359

static const char *const service[] = {"@system-service", NULL};
static const int families[] = {AF_UNIX, AF_INET};

/* The program under test, of the last make(). */
static struct sock_filter *program;
static size_t count;

static void make(const char *const *calls, bool notify)
{
    struct filter_wish wish = {
        .calls = calls, .families = families, .family_count = 2, .notify = notify};

    free(program);
    program = NULL;
    assert_int_equal(filter_build(&wish, &program, &count), 0);
}

static int forget(void **state)
{
    free(program);
    program = NULL;
    return 0;
}

static uint32_t ask_number(uint32_t arch, int number, uint64_t first, uint64_t second)
{
    struct seccomp_data data = {.nr = number, .arch = arch, .args = {first, second}};
    unsigned int steps = 0;

    return bpf_ask(program, count, &data, &steps);
}

static uint32_t ask_arch(uint32_t arch, const char *name, uint64_t first, uint64_t second)
{
    return ask_number(arch, seccomp_syscall_resolve_name_arch(arch, name), first, second);
}

static uint32_t ask(const char *name, uint64_t first, uint64_t second)
{
    return ask_arch(AUDIT_ARCH_X86_64, name, first, second);
}

static void a_namespace_cannot_be_cloned_whatever_else_the_flags_say(void **state)
{
    static const uint64_t namespaces[] = {CLONE_NEWNS,  CLONE_NEWCGROUP, CLONE_NEWUTS,
                                          CLONE_NEWIPC, CLONE_NEWUSER,   CLONE_NEWPID,
                                          CLONE_NEWNET};
    static const char *const all[] = {"@system-service", "@privileged", "@mount", "clone", NULL};

    make(all, false);
    for (size_t i = 0; i < sizeof(namespaces) / sizeof(namespaces[0]); i++) {
        assert_int_equal(ask("clone", namespaces[i], 0), REFUSED);
        assert_int_equal(ask("clone", namespaces[i] | SIGCHLD | CLONE_VM, 0), REFUSED);
        assert_int_equal(ask("clone", namespaces[i] | 1ULL << 40, 0), REFUSED);
        assert_int_equal(ask_arch(AUDIT_ARCH_I386, "clone", namespaces[i] | SIGCHLD, 0), REFUSED);
    }
    assert_int_equal(ask("clone", SIGCHLD, 0), SECCOMP_RET_ALLOW);
    assert_int_equal(ask("clone", CLONE_VM | CLONE_VFORK | SIGCHLD, 0), SECCOMP_RET_ALLOW);
}

static void clone3_is_not_there_even_where_it_is_named(void **state)
{
    static const char *const named[] = {"@system-service", "clone3", NULL};

    make(named, false);
    assert_int_equal(ask("clone3", 0, 0), MISSING);
    assert_int_equal(ask_arch(AUDIT_ARCH_I386, "clone3", 0, 0), MISSING);
    make(named, true);
    assert_int_equal(ask("clone3", 0, 0), MISSING);
}

static void unshare_where_it_is_named_makes_no_user_namespace(void **state)
{
    static const char *const named[] = {"@system-service", "unshare", NULL};

    make(service, false);
    assert_int_equal(ask("unshare", CLONE_NEWNS, 0), REFUSED);
    make(named, false);
    assert_int_equal(ask("unshare", CLONE_NEWNS, 0), SECCOMP_RET_ALLOW);
    assert_int_equal(ask("unshare", CLONE_NEWUSER, 0), REFUSED);
    assert_int_equal(ask("unshare", CLONE_NEWUSER | CLONE_NEWNS, 0), REFUSED);
}

/* The kernel takes 32 bits of the family: those above must not help. */
static void a_socket_has_one_of_the_listed_families(void **state)
{
    make(service, false);
    for (uint64_t family = 0; family < 64; family++) {
        bool listed = family == AF_UNIX || family == AF_INET;

        assert_int_equal(ask("socket", family, 0), listed ? SECCOMP_RET_ALLOW : REFUSED);
        assert_int_equal(ask("socketpair", family, 0), listed ? SECCOMP_RET_ALLOW : REFUSED);
        assert_int_equal(ask("socket", family | 1ULL << 32, 0), REFUSED);
        assert_int_equal(ask("socket", family | 0x80000000U, 0), REFUSED);
        assert_int_equal(ask_number(AUDIT_ARCH_I386, I386_SOCKET, family, 0),
                         listed ? SECCOMP_RET_ALLOW : REFUSED);
    }
}

static void socketcall_is_no_way_to_a_family(void **state)
{
    static const char *const named[] = {"@system-service", "socketcall", NULL};

    make(named, false);
    for (uint64_t which = 0; which < 32; which++)
        assert_int_equal(ask_arch(AUDIT_ARCH_I386, "socketcall", which, 0), REFUSED);
    make(named, true);
    assert_int_equal(ask_arch(AUDIT_ARCH_I386, "socketcall", 1, 0), SECCOMP_RET_USER_NOTIF);
}

/* The kernel takes 32 bits of the request. */
static void the_two_ioctls_that_write_into_a_terminal_are_refused(void **state)
{
    static const uint64_t requests[] = {TIOCSTI, TIOCLINUX};

    make(service, false);
    for (size_t i = 0; i < 2; i++) {
        assert_int_equal(ask("ioctl", 0, requests[i]), REFUSED);
        assert_int_equal(ask("ioctl", 0, requests[i] | 1ULL << 32), REFUSED);
        assert_int_equal(ask("ioctl", 0, requests[i] | 0xdeadbeefULL << 32), REFUSED);
        assert_int_equal(ask_arch(AUDIT_ARCH_I386, "ioctl", 0, requests[i]), REFUSED);
        for (unsigned int bit = 0; bit < 32; bit++) {
            uint64_t near = requests[i] ^ 1ULL << bit;

            assert_int_equal(ask("ioctl", 0, near), SECCOMP_RET_ALLOW);
            assert_int_equal(ask("ioctl", 0, near | 1ULL << 32), SECCOMP_RET_ALLOW);
        }
    }
    for (uint64_t request = 0; request < 0x10000; request++)
        assert_int_equal(ask("ioctl", 0, request),
                         request == TIOCSTI || request == TIOCLINUX ? REFUSED : SECCOMP_RET_ALLOW);
    assert_int_equal(ask("ioctl", 0, TCGETS), SECCOMP_RET_ALLOW);
    assert_int_equal(ask("ioctl", 0, (uint64_t)-1), SECCOMP_RET_ALLOW);
}

static void limits_of_another_process_take_the_call_s_own_name(void **state)
{
    static const char *const with_set[] = {"@system-service", "@resources", NULL};
    static const char *const named[] = {"@system-service", "prlimit64", NULL};

    make(with_set, false);
    assert_int_equal(ask("prlimit64", 0, RLIMIT_CPU), SECCOMP_RET_ALLOW);
    assert_int_equal(ask("prlimit64", 1, RLIMIT_CPU), REFUSED);
    assert_int_equal(ask("prlimit64", 1ULL | 1ULL << 32, RLIMIT_CPU), REFUSED);
    make(named, false);
    assert_int_equal(ask("prlimit64", 1, RLIMIT_CPU), SECCOMP_RET_ALLOW);
}

static void x32_numbers_are_refused_all(void **state)
{
    make(service, false);
    for (uint32_t number = 0; number < 600; number++)
        assert_int_equal(ask_number(AUDIT_ARCH_X86_64, (int)(number | BPF_X32), 0, 0), REFUSED);
}

static void calls_newer_than_libseccomp_are_not_there(void **state)
{
    for (int notify = 0; notify < 2; notify++) {
        make(service, notify);
        assert_int_equal(ask_number(AUDIT_ARCH_X86_64, 1000, 0, 0), MISSING);
        assert_int_equal(ask_number(AUDIT_ARCH_I386, 1000, 0, 0), MISSING);
    }
}

static void a_refused_call_asks_the_listener_where_there_is_one(void **state)
{
    make(service, true);
    assert_int_equal(ask("mount", 0, 0), SECCOMP_RET_USER_NOTIF);
    assert_int_equal(ask("socket", AF_NETLINK, 0), SECCOMP_RET_USER_NOTIF);
    assert_int_equal(ask_arch(AUDIT_ARCH_I386, "mount", 0, 0), SECCOMP_RET_USER_NOTIF);
    assert_int_equal(ask_arch(AUDIT_ARCH_AARCH64, "mount", 0, 0), SECCOMP_RET_USER_NOTIF);
    make(service, false);
    assert_int_equal(ask("mount", 0, 0), REFUSED);
}

static void with_nothing_listed_there_is_still_what_every_script_needs(void **state)
{
    static const char *const nothing[] = {NULL};

    make(nothing, false);
    assert_int_equal(ask("execve", 0, 0), SECCOMP_RET_ALLOW);
    assert_int_equal(ask("exit_group", 0, 0), SECCOMP_RET_ALLOW);
    assert_int_equal(ask("wait4", 0, 0), SECCOMP_RET_ALLOW);
    assert_int_equal(ask("mkdirat", 0, 0), REFUSED);
    assert_int_equal(ask("socket", AF_UNIX, 0), REFUSED);
}

static void an_unknown_set_is_an_error_and_nothing_is_made(void **state)
{
    static const char *const wrong[] = {"@system-service", "@nothing", NULL};
    struct filter_wish wish = {.calls = wrong};
    struct sock_filter *untouched = NULL;
    size_t size = 7;

    assert_int_equal(filter_build(&wish, &untouched, &size), -EINVAL);
    assert_null(untouched);
    assert_int_equal(size, 7);
}

/* In a child under the filter, or without one: what the call gives, as an errno. */
static int try_call(bool filtered, long number, long first, long second)
{
    struct sock_fprog wanted = {.len = (unsigned short)count, .filter = program};
    int status;
    pid_t child = fork();

    assert_true(child >= 0);
    if (child == 0) {
        prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0);
        if (filtered && syscall(SYS_seccomp, SECCOMP_SET_MODE_FILTER, 0, &wanted) < 0)
            _exit(255);
        _exit(syscall(number, first, second, 0, 0, 0) < 0 ? errno : 0);
    }
    assert_int_equal(waitpid(child, &status, 0), child);
    assert_true(WIFEXITED(status));
    return WEXITSTATUS(status);
}

/* Each is refused by the filter alone: without it the kernel has another answer. */
static void the_kernel_refuses_by_the_filter_what_it_would_do_or_refuse_otherwise(void **state)
{
    static const struct {
        long number, first, second;
    } calls[] = {
        {SYS_mount, 0, 0},
        {SYS_socket, AF_NETLINK, SOCK_RAW},
        {SYS_keyctl, 0, -3},
        {SYS_personality, 0xffffffff, 0},
        {SYS_userfaultfd, 1, 0},
        {SYS_io_uring_setup, 1, 0},
        {SYS_process_vm_readv, 0, 0},
        {SYS_name_to_handle_at, -1, 0},
        {SYS_clone, CLONE_NEWUSER | CLONE_VFORK, 0},
        {SYS_unshare, 0, 0},
        {SYS_ioctl, -1, TIOCSTI},
    };

    if (under_valgrind())
        skip_because("valgrind makes calls of its own, which a filter refuses");
    make(service, false);
    for (size_t i = 0; i < sizeof(calls) / sizeof(calls[0]); i++) {
        if (try_call(true, calls[i].number, calls[i].first, calls[i].second) != EPERM)
            fail_msg("call %ld is not refused", calls[i].number);
        if (try_call(false, calls[i].number, calls[i].first, calls[i].second) == EPERM)
            fail_msg("call %ld is refused without a filter too", calls[i].number);
    }
    assert_int_equal(try_call(true, SYS_clone3, 0, 0), ENOSYS);
    assert_int_equal(try_call(true, SYS_getpid, 0, 0), 0);
    assert_int_equal(try_call(true, SYS_socket, AF_UNIX, SOCK_STREAM), 0);
    assert_int_equal(try_call(true, SYS_ioctl, -1, TCGETS), EBADF);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_namespace_cannot_be_cloned_whatever_else_the_flags_say),
        cmocka_unit_test(clone3_is_not_there_even_where_it_is_named),
        cmocka_unit_test(unshare_where_it_is_named_makes_no_user_namespace),
        cmocka_unit_test(a_socket_has_one_of_the_listed_families),
        cmocka_unit_test(socketcall_is_no_way_to_a_family),
        cmocka_unit_test(the_two_ioctls_that_write_into_a_terminal_are_refused),
        cmocka_unit_test(limits_of_another_process_take_the_call_s_own_name),
        cmocka_unit_test(x32_numbers_are_refused_all),
        cmocka_unit_test(calls_newer_than_libseccomp_are_not_there),
        cmocka_unit_test(a_refused_call_asks_the_listener_where_there_is_one),
        cmocka_unit_test(with_nothing_listed_there_is_still_what_every_script_needs),
        cmocka_unit_test(an_unknown_set_is_an_error_and_nothing_is_made),
        cmocka_unit_test(the_kernel_refuses_by_the_filter_what_it_would_do_or_refuse_otherwise),
    };

    bpf_let_libseccomp_work();
    return cmocka_run_group_tests(tests, NULL, forget);
}
