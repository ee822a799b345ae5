/*
 * Refused system calls, as the verdict and the log tell them.
 *
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */
#include "denials.h"

#include "message.h"

#include <seccomp.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>

#include <cmocka.h>

#define X32_BIT 0x40000000

static struct denial denial_of(uint32_t arch, const char *name, uint64_t count)
{
    return (struct denial){
        .arch = arch,
        .number = seccomp_syscall_resolve_name_arch(arch, name),
        .family = -1,
        .count = count,
    };
}

static struct denial native(const char *name, uint64_t count)
{
    return denial_of(seccomp_arch_native(), name, count);
}

static struct denial socket_of(int family, uint64_t count)
{
    struct denial denial = native("socket", count);

    denial.family = family;
    return denial;
}

static void add(struct denials *denials, struct denial denial)
{
    denials->list[denials->kinds++] = denial;
    denials->total += denial.count;
}

static void assert_text(const struct denials *denials, const char *expected)
{
    char *text = denials_text(denials);

    assert_non_null(text);
    assert_string_equal(text, expected);
    free(text);
}

static void nothing_refused_is_no_text(void **state)
{
    struct denials denials = {0};

    assert_null(denials_text(&denials));
}

static void each_call_has_a_line_in_the_order_of_coming(void **state)
{
    struct denials denials = {0};

    add(&denials, native("mount", 1));
    add(&denials, native("bpf", 1));
    add(&denials, native("init_module", 1));
    assert_text(&denials, "mount\nbpf\ninit_module");
}

static void a_call_that_came_more_than_once_has_its_number_behind(void **state)
{
    struct denials denials = {0};

    add(&denials, native("mount", 2));
    add(&denials, native("ptrace", 1000000));
    assert_text(&denials, "mount ×2\nptrace ×1000000");
}

static void a_socket_is_told_with_its_family(void **state)
{
    struct denials denials = {0};

    add(&denials, socket_of(AF_NETLINK, 3));
    add(&denials, socket_of(AF_VSOCK, 1));
    add(&denials, socket_of(12345, 1));
    assert_text(&denials, "socket(AF_NETLINK) ×3\nsocket(AF_VSOCK)\nsocket(12345)");
}

static void a_call_without_a_name_is_told_by_its_number(void **state)
{
    struct denials denials = {0};
    struct denial denial = native("mount", 1);

    denial.number = 9999;
    add(&denials, denial);
    assert_text(&denials, "syscall 9999");
}

static void a_call_of_another_architecture_is_told_with_it(void **state)
{
    struct denials denials = {0};
    struct denial x32 = native("mount", 1);

    if (seccomp_arch_native() != SCMP_ARCH_X86_64)
        skip();
    x32.number |= X32_BIT;
    add(&denials, denial_of(SCMP_ARCH_X86, "mount", 1));
    add(&denials, x32);
    assert_text(&denials, "i386:mount\nx32:mount");
}

static void what_was_not_remembered_by_name_is_counted_in_the_last_line(void **state)
{
    struct denials denials = {0};

    add(&denials, native("mount", 2));
    denials.total += 12;
    assert_text(&denials, "mount ×2\nothers ×12");
}

/* The longest name of all calls of an architecture. */
static struct denial longest_of(uint32_t arch)
{
    struct denial longest = {.arch = arch, .family = -1, .count = UINT64_MAX / DENIALS_MAX};
    size_t most = 0;

    for (int number = 0; number < 1024; number++) {
        char *name = seccomp_syscall_resolve_num_arch(arch, number);
        size_t length = name ? strlen(name) : 0;

        if (length > most) {
            most = length;
            longest.number = number;
        }
        free(name);
    }
    return longest;
}

static void as_many_as_are_remembered_fit_into_the_protocol(void **state)
{
    struct denials denials = {0};
    char *text;

    for (size_t i = 0; i < DENIALS_MAX; i++)
        add(&denials, longest_of(SCMP_ARCH_X86));
    denials.total = UINT64_MAX;
    text = denials_text(&denials);
    assert_non_null(text);
    assert_true(strlen(text) > 2000 && strlen(text) <= PROTOCOL_DENIED_MAX);
    free(text);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(nothing_refused_is_no_text),
        cmocka_unit_test(each_call_has_a_line_in_the_order_of_coming),
        cmocka_unit_test(a_call_that_came_more_than_once_has_its_number_behind),
        cmocka_unit_test(a_socket_is_told_with_its_family),
        cmocka_unit_test(a_call_without_a_name_is_told_by_its_number),
        cmocka_unit_test(a_call_of_another_architecture_is_told_with_it),
        cmocka_unit_test(what_was_not_remembered_by_name_is_counted_in_the_last_line),
        cmocka_unit_test(as_many_as_are_remembered_fit_into_the_protocol),
    };

    return cmocka_run_group_tests_name("denials", tests, NULL, NULL);
}
