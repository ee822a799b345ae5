/*
 * Address families have the kernel's names and numbers.
 *
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */
#include "families.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>
#include <sys/socket.h>

#include <cmocka.h>

/* The kernel's numbers have no gap up to AF_MCTP, of Linux 5.15. */
#define LAST_FAMILY 45

static void each_family_of_the_kernel_has_a_name_that_leads_back(void **state)
{
    for (int family = 0; family <= LAST_FAMILY; family++) {
        const char *name = family_name(family);

        if (!name) {
            fail_msg("family %d has no name", family);
            return;
        }
        assert_int_equal(strncmp(name, "AF_", 3), 0);
        assert_int_equal(family_number(name), family);
    }
}

static void names_are_those_of_the_headers(void **state)
{
    static const struct {
        const char *name;
        int number;
    } known[] = {
        {"AF_UNIX", AF_UNIX},     {"AF_INET", AF_INET},
        {"AF_INET6", AF_INET6},   {"AF_NETLINK", AF_NETLINK},
        {"AF_PACKET", AF_PACKET}, {"AF_VSOCK", AF_VSOCK},
        {"AF_ALG", AF_ALG},       {"AF_BLUETOOTH", AF_BLUETOOTH},
        {"AF_XDP", AF_XDP},       {"AF_KEY", AF_KEY},
        {"AF_CAN", AF_CAN},       {"AF_QIPCRTR", AF_QIPCRTR},
    };

    for (size_t i = 0; i < sizeof(known) / sizeof(known[0]); i++)
        assert_int_equal(family_number(known[i].name), known[i].number);
}

static void other_numbers_have_no_name(void **state)
{
    assert_null(family_name(-1));
    assert_null(family_name(LAST_FAMILY + 1));
    assert_null(family_name(INT32_MAX));
    assert_null(family_name(INT32_MIN));
}

static void other_names_have_no_number(void **state)
{
    static const char *const none[] = {"", "AF_", "INET", "af_inet", "AF_INET ", "AF_INET7", "2"};

    for (size_t i = 0; i < sizeof(none) / sizeof(none[0]); i++)
        assert_int_equal(family_number(none[i]), -1);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(each_family_of_the_kernel_has_a_name_that_leads_back),
        cmocka_unit_test(names_are_those_of_the_headers),
        cmocka_unit_test(other_numbers_have_no_name),
        cmocka_unit_test(other_names_have_no_number),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
