/*
 * What of root's powers a configuration makes the helper keep.
 *
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */
#include "loading.h"

#include "needs.h"

#include <linux/capability.h>

#define BIT(number) (1ULL << (number))

/* What runners take; of it, one that no profile below grants. */
#define OF_RUNNERS BIT(CAP_SYS_ADMIN)

static struct needs needs;

static void find(const char *text, const char *also)
{
    needs_clear(&needs);
    assert_loads(text);
    assert_int_equal(needs_find(loaded, also, &needs), 0);
}

static void assert_reason(const char *reason)
{
    assert_true(needs.root);
    assert_int_equal(needs.reasons.count, 1);
    assert_string_equal(needs.reasons.texts[0], reason);
}

/* daemon stands for users that every Debian has and that own nothing. */
static void a_profile_of_an_ordinary_user_takes_nothing_of_root(void **state)
{
    find("default_profile = p\nprofile p { user = daemon }", NULL);
    assert_false(needs.root);
    assert_int_equal(needs.reasons.count, 0);
}

static void a_profile_of_root_s_keeps_the_helper_root(void **state)
{
    find("default_profile = p\nprofile p { user = root }", NULL);
    assert_reason("profile p: user root");
    assert_int_equal(needs.capabilities & BIT(CAP_NET_ADMIN), 0);
    assert_int_equal(needs.capabilities & OF_RUNNERS, OF_RUNNERS);
}

static void capabilities_are_kept_and_no_others(void **state)
{
    find("default_profile = p\nprofile p { user = daemon\ncapabilities = { NET_ADMIN } }", NULL);
    assert_reason("profile p: user daemon, capability net_admin");
    assert_int_equal(needs.capabilities & BIT(CAP_NET_ADMIN), BIT(CAP_NET_ADMIN));
    assert_int_equal(needs.capabilities & BIT(CAP_SYS_MODULE), 0);
}

static void unconfined_scripts_keep_them_all(void **state)
{
    find("default_profile = unconfined", NULL);
    assert_reason("profile unconfined: its scripts do all that root may");
    assert_true(needs.capabilities == NEEDS_ALL);
}

static void the_host_s_processes_are_root_s(void **state)
{
    find("default_profile = p\nprofile p { user = daemon\npids = host }", NULL);
    assert_reason("profile p: user daemon, the host's processes");
}

/* In a user namespace files of root's would look like the script's own. */
static void nobody_is_told_from_root_by_root_alone(void **state)
{
    find("default_profile = p\nprofile p { user = nobody }", NULL);
    assert_true(needs.root);
}

static void what_nothing_names_takes_nothing(void **state)
{
    find("default_profile = p\nprofile p { user = daemon }\nprofile q { user = root }", NULL);
    assert_false(needs.root);
}

static void a_rule_and_a_command_line_name_a_profile_too(void **state)
{
    find("default_profile = p\nprofile p { user = daemon }\nprofile q { user = root }\n"
         "rule r { profile = q }",
         NULL);
    assert_reason("profile q: user root");
    find("default_profile = p\nprofile p { user = daemon }\nprofile q { user = root }", "q");
    assert_reason("profile q: user root");
}

static int tear_down(void **state)
{
    needs_clear(&needs);
    return loading_tear_down(state);
}

#define TEST(function) cmocka_unit_test_setup_teardown(function, tree_set_up, tear_down)

int main(void)
{
    const struct CMUnitTest tests[] = {
        TEST(a_profile_of_an_ordinary_user_takes_nothing_of_root),
        TEST(a_profile_of_root_s_keeps_the_helper_root),
        TEST(capabilities_are_kept_and_no_others),
        TEST(unconfined_scripts_keep_them_all),
        TEST(the_host_s_processes_are_root_s),
        TEST(nobody_is_told_from_root_by_root_alone),
        TEST(what_nothing_names_takes_nothing),
        TEST(a_rule_and_a_command_line_name_a_profile_too),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
