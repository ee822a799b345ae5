/*
 * What capabilities and system calls are called.
 *
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */
#include "capabilities.h"
#include "syscalls.h"

#include <linux/capability.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdint.h>
#include <stdlib.h>
#include <sys/syscall.h>

#include <cmocka.h>

static void a_capability_is_known_in_any_spelling(void **state)
{
    assert_int_equal(capability_number("NET_ADMIN"), CAP_NET_ADMIN);
    assert_int_equal(capability_number("CAP_NET_ADMIN"), CAP_NET_ADMIN);
    assert_int_equal(capability_number("cap_net_admin"), CAP_NET_ADMIN);
    assert_int_equal(capability_number("Net_Admin"), CAP_NET_ADMIN);
    assert_int_equal(capability_number("chown"), 0);
    assert_int_equal(capability_number("NET_ADMI"), -1);
    assert_int_equal(capability_number("cap_"), -1);
    assert_int_equal(capability_number(""), -1);
}

static void every_capability_of_the_headers_has_a_name_that_leads_back(void **state)
{
    for (int number = 0; number <= CAP_LAST_CAP; number++) {
        assert_non_null(capability_name(number));
        assert_int_equal(capability_number(capability_name(number)), number);
    }
    assert_null(capability_name(-1));
    assert_null(capability_name(CAP_LAST_CAP + 1));
}

static void a_call_is_known_by_its_name_alone(void **state)
{
    char *name = syscall_name(SYS_openat2);

    assert_string_equal(name, "openat2");
    free(name);
    assert_null(syscall_name(SYSCALL_NUMBER_MAX - 1));
    assert_true(syscall_is_known("openat2"));
    assert_true(syscall_is_known("@mount"));
    assert_false(syscall_is_known("openat3"));
    assert_false(syscall_is_known("@"));
    assert_false(syscall_is_known("@openat2"));
    assert_false(syscall_is_known("mount "));
    assert_false(syscall_is_known(""));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_capability_is_known_in_any_spelling),
        cmocka_unit_test(every_capability_of_the_headers_has_a_name_that_leads_back),
        cmocka_unit_test(a_call_is_known_by_its_name_alone),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
