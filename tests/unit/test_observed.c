/*
 * What a permissive script did, as the verdict and the log tell it.
 *
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */
#include "observed.h"

#include "message.h"

#include <linux/capability.h>
#include <sched.h>
#include <seccomp.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>

#include <cmocka.h>

#define X32_BIT 0x40000000

static struct observed observed;

static int empty(void **state)
{
    observed_clear(&observed);
    return 0;
}

static void add(enum runner_sight sight, uint32_t value, const char *path)
{
    struct runner_report report = {
        .event = RUNNER_OBSERVED,
        .observed = {.sight = sight, .value = value},
    };

    strncpy(report.path, path, sizeof(report.path) - 1);
    observed_add(&observed, &report);
}

static void add_call(enum runner_sight sight, uint32_t arch, const char *name, uint32_t value)
{
    struct runner_report report = {
        .event = RUNNER_OBSERVED,
        .observed = {.sight = sight,
                     .arch = arch,
                     .number = seccomp_syscall_resolve_name_arch(arch, name),
                     .value = value},
    };

    observed_add(&observed, &report);
}

static void assert_text(const char *expected)
{
    char *text = observed_text(&observed);

    assert_non_null(text);
    assert_string_equal(text, expected);
    free(text);
}

static void nothing_observed_is_no_text(void **state)
{
    assert_null(observed_text(&observed));
}

static void each_kind_has_its_words_in_the_order_of_coming(void **state)
{
    add(SIGHT_SOCKET, AF_NETLINK, "");
    add(SIGHT_CAPABILITY, CAP_SYS_ADMIN, "");
    add(SIGHT_READ, 0, "/a");
    add(SIGHT_WRITE, 0, "/b");
    add(SIGHT_CREATE, 0, "/c");
    add(SIGHT_REMOVE, 0, "/d");
    add(SIGHT_RENAME, 0, "/e");
    add(SIGHT_MOUNT, 0, "/f");
    add(SIGHT_EXECUTE, 0, "/g");
    add(SIGHT_CONNECT, 0, "@h");
    add(SIGHT_PERMISSION_READ, 0, "/i");
    add(SIGHT_PERMISSION_WRITE, 0, "/j");
    add(SIGHT_PERMISSION_EXECUTE, 0, "/k");
    add(SIGHT_OWNER, 61000, "/l");
    add(SIGHT_LOOK, 0, "/m");
    assert_text("socket AF_NETLINK\ncapability sys_admin\nread /a\nwrite /b\ncreate /c\n"
                "remove /d\nrename /e\nmount /f\nexecute /g\nconnect @h\npermission read /i\n"
                "permission write /j\npermission execute /k\nowner 61000 /l\nlook /m");
}

static void a_call_is_told_by_its_name_and_whether_a_profile_can_grant_it(void **state)
{
    uint32_t native = seccomp_arch_native();

    add_call(SIGHT_CALL, native, "mount", 0);
    add_call(SIGHT_CALL, native, "clone", 1);
    add_call(SIGHT_UNKNOWN, native, "io_uring_setup", 0);
    add_call(SIGHT_UNKNOWN, native, "socket", AF_NETLINK);
    add_call(SIGHT_NETWORK, native, "sendmsg", 0);
    assert_text("call mount\ncall clone (never granted)\nunknown io_uring_setup\n"
                "unknown socket AF_NETLINK\nnetwork sendmsg");
}

static void calls_of_other_architectures_are_told_with_them(void **state)
{
    struct runner_report x32 = {
        .event = RUNNER_OBSERVED,
        .observed = {.sight = SIGHT_CALL, .arch = SCMP_ARCH_X86_64, .number = X32_BIT | 39},
    };

    if (seccomp_arch_native() != SCMP_ARCH_X86_64)
        skip();
    add_call(SIGHT_CALL, SCMP_ARCH_X86, "mount", 0);
    add_call(SIGHT_CALL, SCMP_ARCH_X86, "socketcall", 0);
    observed_add(&observed, &x32);
    assert_text("call i386:mount\ncall i386:socketcall (never granted)\n"
                "call x32:getpid (never granted)");
}

static void no_path_can_forge_a_line_or_steer_a_terminal(void **state)
{
    add(SIGHT_WRITE, 0, "/a\ncall mount\x1b[2J\xff");
    assert_text("write /a\\x0acall mount\\x1b[2J\\xff");
}

/* A runner that its script has taken over says what it likes. */
static void what_no_runner_says_is_passed_over(void **state)
{
    struct runner_report report = {.event = RUNNER_OBSERVED, .observed = {.sight = SIGHT_READ}};

    add(0, 0, "/x");
    add(SIGHT_MORE + 1, 0, "/x");
    add(UINT32_MAX, 0, "/x");
    assert_null(observed_text(&observed));
    memset(report.path, 'p', sizeof(report.path));
    observed_add(&observed, &report);
    add(SIGHT_CAPABILITY, UINT32_MAX, "");
    add(SIGHT_SOCKET, UINT32_MAX, "");
    assert_int_equal(observed.lines, 3);
}

static void add_numbered(int count)
{
    char path[32];

    for (int i = 0; i < count; i++) {
        snprintf(path, sizeof(path), "/%d", i);
        add(SIGHT_READ, 0, path);
    }
}

static const char *last_line(const char *text)
{
    return strrchr(text, '\n') + 1;
}

static void more_than_are_kept_are_counted_in_the_last_line(void **state)
{
    char *text;

    add_numbered(OBSERVED_LINES_MAX + 12);
    text = observed_text(&observed);
    assert_string_equal(last_line(text), "others ×12");
    free(text);
    add(SIGHT_MORE, 0, "");
    text = observed_text(&observed);
    assert_string_equal(last_line(text), "others ×12 and more");
    free(text);
}

static void the_longest_paths_fit_into_the_protocol(void **state)
{
    struct runner_report report = {.event = RUNNER_OBSERVED, .observed = {.sight = SIGHT_READ}};
    char *text;

    memset(report.path, '\x01', sizeof(report.path) - 1);
    for (int i = 0; i < 1000; i++) {
        memcpy(report.path, (char[]){'/', (char)('a' + i % 26), (char)('a' + i / 26 % 26)}, 3);
        observed_add(&observed, &report);
    }
    add(SIGHT_MORE, 0, "");
    text = observed_text(&observed);
    assert_true(strlen(text) > 8192 && strlen(text) <= PROTOCOL_OBSERVED_MAX);
    free(text);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_teardown(nothing_observed_is_no_text, empty),
        cmocka_unit_test_teardown(each_kind_has_its_words_in_the_order_of_coming, empty),
        cmocka_unit_test_teardown(a_call_is_told_by_its_name_and_whether_a_profile_can_grant_it,
                                  empty),
        cmocka_unit_test_teardown(calls_of_other_architectures_are_told_with_them, empty),
        cmocka_unit_test_teardown(no_path_can_forge_a_line_or_steer_a_terminal, empty),
        cmocka_unit_test_teardown(what_no_runner_says_is_passed_over, empty),
        cmocka_unit_test_teardown(more_than_are_kept_are_counted_in_the_last_line, empty),
        cmocka_unit_test_teardown(the_longest_paths_fit_into_the_protocol, empty),
    };

    return cmocka_run_group_tests_name("observed", tests, NULL, NULL);
}
