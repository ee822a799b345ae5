/*
 * Who is near root is told by what the profile grants, whatever its name.
 *
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */
#include "near_root.h"

#include <linux/capability.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

/* NULL: it is not. */
static void assert_why(const struct profile *profile, const char *expected)
{
    char *why;

    assert_int_equal(profile_near_root(profile, &why), 0);
    if (!expected && why)
        fail_msg("near root: %s", why);
    if (expected) {
        assert_non_null(why);
        assert_string_equal(why, expected);
    }
    free(why);
}

static void what_holds_nothing_back_is(void **state)
{
    assert_why(&(struct profile){.unconfined = true, .uid = 7}, "it is unconfined");
    assert_why(&(struct profile){.permissive = true, .uid = 7}, "it is permissive");
}

static void a_capability_that_gives_all_others_makes_any_user_so(void **state)
{
    struct profile profile = {.uid = 1000, .capabilities = 1ULL << CAP_NET_ADMIN};

    assert_why(&profile, NULL);
    profile.capabilities |= 1ULL << CAP_SYS_NICE | 1ULL << CAP_KILL | 1ULL << CAP_NET_RAW;
    assert_why(&profile, NULL);
    profile.capabilities |= 1ULL << CAP_SYS_MODULE;
    assert_why(&profile, "it grants SYS_MODULE");
    profile.capabilities = 1ULL << CAP_DAC_READ_SEARCH;
    assert_why(&profile, "it grants DAC_READ_SEARCH");
    profile.capabilities = 1ULL << CAP_SETUID;
    assert_why(&profile, "it grants SETUID");
}

/* A path that holds such a one is as good. */
static void root_is_by_what_it_may_write(void **state)
{
    char *paths[] = {(char[]){"-/proc/sys/net"}, (char[]){"/srv"}, (char[]){"/etcetera"}, NULL};
    struct profile profile = {.uid = 0, .writable = {3, paths}};

    assert_why(&profile, NULL);
    paths[1] = (char[]){"-/proc/sys/kernel"};
    assert_why(&profile, "as root it may write to /proc/sys/kernel");
    paths[1] = (char[]){"/etc"};
    assert_why(&profile, "as root it may write to /etc");
    profile.uid = 1000;
    assert_why(&profile, NULL);
}

static void root_is_by_whom_it_reaches(void **state)
{
    char *paths[] = {(char[]){"-/dev/log"}, (char[]){"-/run/systemd/journal/dev-log"}, NULL};
    struct profile profile = {.uid = 0, .sockets = {2, paths}};

    assert_why(&profile, NULL);
    paths[0] = (char[]){"-/run/libvirt"};
    assert_why(&profile, "as root it reaches /run/libvirt");
    paths[0] = (char[]){"/run"};
    assert_why(&profile, "as root it reaches /run");
    profile.uid = 1000;
    assert_why(&profile, NULL);
}

static void assert_grant(uid_t uid, const char *key, const char *value, const char *expected)
{
    char *why;

    assert_int_equal(grant_near_root(uid, key, value, &why), 0);
    if (expected)
        assert_string_equal(why ? why : "", expected);
    else
        assert_null(why);
    free(why);
}

static void a_grant_is_judged_for_itself(void **state)
{
    assert_grant(7, "capabilities", "CHOWN", "it grants CHOWN");
    assert_grant(7, "capabilities", "NET_ADMIN", NULL);
    assert_grant(7, "capabilities", "none such", NULL);
    assert_grant(0, "writable", "/", "as root it may write to /");
    assert_grant(0, "writable", "/etc/passwd", "as root it may write to /etc/passwd");
    assert_grant(7, "writable", "/etc/passwd", NULL);
    assert_grant(0, "sockets", "/run/docker.sock", "as root it reaches /run/docker.sock");
    assert_grant(0, "readable", "/", NULL);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(what_holds_nothing_back_is),
        cmocka_unit_test(a_capability_that_gives_all_others_makes_any_user_so),
        cmocka_unit_test(root_is_by_what_it_may_write),
        cmocka_unit_test(root_is_by_whom_it_reaches),
        cmocka_unit_test(a_grant_is_judged_for_itself),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
