/*
 * SELinux's context of a script is made of the helper's own: another type, and no level above the
 * lowest.
 *
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */
#include "label.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

static char label[PLAN_LABEL_SIZE];

static void assert_makes(const char *own, const char *expected)
{
    assert_true(label_make(own, "s_t", label));
    assert_string_equal(label, expected);
}

static void user_role_and_lowest_level_stay(void **state)
{
    assert_makes("system_u:system_r:virthook_t:s0", "system_u:system_r:s_t:s0");
    assert_makes("system_u:system_r:virtd_t:s0-s0:c0.c1023", "system_u:system_r:s_t:s0");
    assert_makes("u:r:t:s0:c1,c2-s15:c0.c1023", "u:r:s_t:s0:c1,c2");
}

static void a_policy_without_levels_has_none(void **state)
{
    assert_makes("user_u:user_r:user_t", "user_u:user_r:s_t");
}

static void what_is_no_context_makes_none(void **state)
{
    assert_false(label_make("", "s_t", label));
    assert_false(label_make("kernel", "s_t", label));
    assert_false(label_make("unconfined", "s_t", label));
    assert_false(label_make("one:two", "s_t", label));
}

static void what_does_not_fit_is_not_cut(void **state)
{
    char own[PLAN_LABEL_SIZE + 1];

    memset(own, 'u', sizeof(own));
    memcpy(own + PLAN_LABEL_SIZE - sizeof(":r:t"), ":r:t", sizeof(":r:t"));
    assert_false(label_make(own, "longer_t", label));
    assert_true(label_make(own, "t", label));
    assert_string_equal(label, own);
}

static void those_whom_nothing_confines_have_a_type_of_their_own(void **state)
{
    char type[] = "isolated_t";
    struct profile profile = {.selinux = type};

    assert_string_equal(label_type(&profile), type);
    profile.unconfined = true;
    assert_string_equal(label_type(&profile), type);
    profile.permissive = true;
    assert_string_equal(label_type(&profile), LABEL_UNCONFINED_TYPE);
    profile = (struct profile){.unconfined = true};
    assert_string_equal(label_type(&profile), LABEL_UNCONFINED_TYPE);
}

/* Where the kernel has no SELinux, or no policy that knows the type. */
static void a_type_that_no_policy_knows_is_not_asked_for(void **state)
{
    struct sandbox_host host = {.selinux = "system_u:system_r:virthook_t:s0"};
    char type[] = "virthook_no_such_type_t";
    struct profile profile = {.selinux = type};

    memset(label, 'x', sizeof(label));
    assert_false(label_choose(&host, &profile, label));
    assert_string_equal(label, "");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(user_role_and_lowest_level_stay),
        cmocka_unit_test(a_policy_without_levels_has_none),
        cmocka_unit_test(what_is_no_context_makes_none),
        cmocka_unit_test(what_does_not_fit_is_not_cut),
        cmocka_unit_test(those_whom_nothing_confines_have_a_type_of_their_own),
        cmocka_unit_test(a_type_that_no_policy_knows_is_not_asked_for),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
