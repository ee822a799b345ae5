/*
 * Sets of system calls hold what systemd.exec(5) says of them, and the one that hooks get by
 * default nothing that gets past a profile.
 *
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */
#include "sets.h"
#include "syscalls.h"

#include <seccomp.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

/* Names that libseccomp 2.5.4 does not know yet; a newer one may. */
static const char *const newer[] = {"file_getattr",   "file_setattr",
                                    "futex_requeue",  "futex_wait",
                                    "futex_wake",     "getxattrat",
                                    "listxattrat",    "mseal",
                                    "open_tree_attr", "removexattrat",
                                    "riscv_hwprobe",  "setxattrat",
                                    "uretprobe",      NULL};

static bool is_among(const char *const *list, const char *name)
{
    for (; *list; list++) {
        if (strcmp(*list, name) == 0)
            return true;
    }
    return false;
}

static bool holds(const char *set, const char *call)
{
    const char *const names[] = {set, NULL};

    assert_non_null(syscall_set_find(set));
    return syscalls_reach(names, call);
}

static void each_set_is_found_by_its_name_once(void **state)
{
    for (size_t i = 0; syscall_set_at(i); i++) {
        const struct syscall_set *set = syscall_set_at(i);

        assert_int_equal(set->name[0], '@');
        assert_true(strlen(set->about) > 0);
        assert_ptr_equal(syscall_set_find(set->name), set);
    }
    assert_null(syscall_set_find("@nothing"));
    assert_null(syscall_set_find("default"));
    assert_null(syscall_set_find(""));
}

static void each_member_is_a_call_that_exists_somewhere_or_a_set(void **state)
{
    for (size_t i = 0; syscall_set_at(i); i++) {
        const struct syscall_set *set = syscall_set_at(i);

        for (size_t j = 0; set->members[j]; j++) {
            if (!syscall_is_known(set->members[j]) && !is_among(newer, set->members[j]))
                fail_msg("%s has %s, which is no system call", set->name, set->members[j]);
        }
    }
}

static void each_set_names_its_members_once_and_in_order(void **state)
{
    for (size_t i = 0; syscall_set_at(i); i++) {
        const struct syscall_set *set = syscall_set_at(i);

        for (size_t j = 1; set->members[j]; j++) {
            if (strcmp(set->members[j - 1], set->members[j]) >= 0)
                fail_msg("%s: %s before %s", set->name, set->members[j - 1], set->members[j]);
        }
    }
}

/* So nobody who follows the sets walks in a circle. */
static void a_set_names_only_sets_that_stand_before_it(void **state)
{
    for (size_t i = 0; syscall_set_at(i); i++) {
        const struct syscall_set *set = syscall_set_at(i);

        for (size_t j = 0; set->members[j] && set->members[j][0] == '@'; j++)
            assert_true(syscall_set_find(set->members[j]) < set);
    }
}

static void each_set_has_what_the_manual_says_of_it(void **state)
{
    static const struct {
        const char *set;
        const char *calls[6];
    } manual[] = {
        {"@aio", {"io_setup", "io_submit"}},
        {"@basic-io", {"read", "write", "lseek", "dup", "close"}},
        {"@chown", {"chown", "fchownat"}},
        {"@clock", {"adjtimex", "settimeofday"}},
        {"@cpu-emulation", {"vm86"}},
        {"@debug", {"ptrace", "perf_event_open"}},
        {"@file-system", {"openat", "mkdir", "renameat", "unlink", "statx", "symlink"}},
        {"@io-event", {"poll", "select", "epoll_wait", "eventfd"}},
        {"@ipc", {"pipe", "semget", "mq_open", "shmat"}},
        {"@keyring", {"keyctl"}},
        {"@memlock", {"mlock", "mlockall"}},
        {"@module", {"init_module", "delete_module"}},
        {"@mount", {"mount", "chroot"}},
        {"@network-io", {"socket", "connect", "sendmsg"}},
        {"@privileged", {"capset", "bpf", "acct"}},
        {"@process", {"clone", "kill"}},
        {"@raw-io", {"ioperm", "iopl", "pciconfig_read"}},
        {"@reboot", {"reboot", "kexec_load"}},
        {"@resources", {"setrlimit", "setpriority"}},
        {"@setuid", {"setuid", "setgid", "setresuid"}},
        {"@signal", {"signal", "sigprocmask"}},
        {"@swap", {"swapon", "swapoff"}},
        {"@sync", {"fsync", "msync"}},
        {"@timer", {"alarm", "timer_create"}},
    };

    for (size_t i = 0; i < sizeof(manual) / sizeof(manual[0]); i++) {
        for (size_t j = 0; j < 6 && manual[i].calls[j]; j++) {
            if (!holds(manual[i].set, manual[i].calls[j]))
                fail_msg("%s lacks %s", manual[i].set, manual[i].calls[j]);
        }
    }
}

/* What the manual excludes, and what sets.c says is left out. */
static void what_hooks_get_by_default_has_nothing_that_gets_past_a_profile(void **state)
{
    static const char *const excluded[] = {"@clock",   "@cpu-emulation", "@debug",  "@keyring",
                                           "@module",  "@mount",         "@raw-io", "@reboot",
                                           "@sandbox", "@swap",          NULL};
    static const char *const calls[] = {"acct",
                                        "bpf",
                                        "fanotify_init",
                                        "io_uring_enter",
                                        "io_uring_register",
                                        "io_uring_setup",
                                        "migrate_pages",
                                        "move_pages",
                                        "name_to_handle_at",
                                        "open_by_handle_at",
                                        "personality",
                                        "quotactl",
                                        "quotactl_fd",
                                        "setdomainname",
                                        "sethostname",
                                        "setns",
                                        "socketcall",
                                        "syslog",
                                        "unshare",
                                        "uselib",
                                        "userfaultfd",
                                        "vhangup",
                                        "vmsplice",
                                        NULL};

    for (size_t i = 0; excluded[i]; i++) {
        const struct syscall_set *set = syscall_set_find(excluded[i]);

        assert_non_null(set);
        for (size_t j = 0; set->members[j]; j++) {
            if (holds("@system-service", set->members[j]))
                fail_msg("@system-service holds %s of %s", set->members[j], set->name);
        }
    }
    for (size_t i = 0; calls[i]; i++) {
        if (holds("@system-service", calls[i]))
            fail_msg("@system-service holds %s", calls[i]);
    }
}

static void the_least_that_every_script_has_is_in_the_default_too(void **state)
{
    const struct syscall_set *runner = syscall_set_find("@runner");

    /* But for the one by which a process can only take from itself. */
    for (size_t i = 0; runner->members[i]; i++) {
        if (strcmp(runner->members[i], "landlock_restrict_self") != 0)
            assert_true(holds("@system-service", runner->members[i]));
    }
    assert_true(holds("@system-service", "@default"));
}

static void unknown_names_are_no_calls(void **state)
{
    static const char *const unknown[] = {"", "@", "@nothing", "nothing", "Mount", "mount ", "-1"};

    for (size_t i = 0; i < sizeof(unknown) / sizeof(unknown[0]); i++)
        assert_false(syscall_is_known(unknown[i]));
    assert_true(syscall_is_known("mount"));
    assert_true(syscall_is_known("@mount"));
    assert_true(syscall_is_known("pciconfig_iobase"));
}

static void no_names_reach_no_call(void **state)
{
    static const char *const none[] = {NULL};

    assert_false(syscalls_reach(NULL, "mount"));
    assert_false(syscalls_reach(none, "mount"));
    assert_true(holds("@system-service", "read"));
    assert_false(holds("@system-service", "@mount"));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(each_set_is_found_by_its_name_once),
        cmocka_unit_test(each_member_is_a_call_that_exists_somewhere_or_a_set),
        cmocka_unit_test(each_set_names_its_members_once_and_in_order),
        cmocka_unit_test(a_set_names_only_sets_that_stand_before_it),
        cmocka_unit_test(each_set_has_what_the_manual_says_of_it),
        cmocka_unit_test(what_hooks_get_by_default_has_nothing_that_gets_past_a_profile),
        cmocka_unit_test(the_least_that_every_script_has_is_in_the_default_too),
        cmocka_unit_test(unknown_names_are_no_calls),
        cmocka_unit_test(no_names_reach_no_call),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
