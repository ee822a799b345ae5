/*
 * What the keys of a profile section take, right and wrong.
 *
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */
#include "feature.h"
#include "profiles.h"

#include <pwd.h>

static void a_profile_that_says_nothing_is_isolated(void **state)
{
    const struct profile *profile;

    assert_loads("\nprofile p {}");
    profile = profile_of("p");
    assert_same_profile(profile, profile_of("isolated"));
    assert_string_equal(profile->file, tree_path("conf"));
    assert_int_equal(profile->line, 2);
}

static void every_key_takes_its_value(void **state)
{
    const struct profile *profile;

    assert_loads("profile \"p\" {\n"
                 "    permissive = yes\n"
                 "    required = { notify, pid-namespace }\n"
                 "    user = root\n"
                 "    selinux = ours_t\n"
                 "    capabilities = { NET_ADMIN, CAP_SYS_NICE, cap_chown, kill }\n"
                 "    syscalls = { @mount, ptrace, '@clock' }\n"
                 "    address_families = { AF_NETLINK, AF_INET6 }\n"
                 "    network = host\n"
                 "    dev = host\n"
                 "    tmp = host\n"
                 "    pids = host\n"
                 "    writable = { /sys, -/srv/a, \"/srv/with space\" }\n"
                 "    hidden = { -/srv/b }\n"
                 "    readable = { -/srv/b/c, /srv/d }\n"
                 "    executable = { /usr/bin/, -/opt/bin }\n"
                 "    sockets = { /run/x, '-/run/y' }\n"
                 "    tmp_size = 1G\n"
                 "    time = 2.5\n"
                 "    linger = 30.5\n"
                 "    cpu = 7\n"
                 "    memory = 512M\n"
                 "    processes = 9\n"
                 "    file_size = 8K\n"
                 "    open_files = 64\n"
                 "}\n");
    profile = profile_of("p");
    assert_false(profile->unconfined);
    assert_true(profile->permissive);
    assert_int_equal(profile->required, FEATURE_NOTIFY | FEATURE_PID_NAMESPACE);
    assert_string_equal(profile->user, "root");
    assert_string_equal(profile->selinux, "ours_t");
    assert_int_equal(profile->uid, 0);
    assert_int_equal(profile->gid, 0);
    assert_false(profile->user_missing);
    assert_true(profile->capabilities == (CAP(NET_ADMIN) | CAP(SYS_NICE) | CAP(CHOWN) | CAP(KILL)));
    assert_texts(&profile->syscalls, "@mount", "ptrace", "@clock", NULL);
    assert_families(profile, AF_NETLINK, AF_INET6, AF_UNSPEC);
    assert_true(profile->host_network && profile->host_dev && profile->host_tmp);
    assert_true(profile->host_pids);
    assert_texts(&profile->writable, "/sys", "-/srv/a", "/srv/with space", NULL);
    assert_texts(&profile->hidden, "-/srv/b", NULL);
    assert_texts(&profile->readable, "-/srv/b/c", "/srv/d", NULL);
    assert_texts(&profile->executable, "/usr/bin", "-/opt/bin", NULL);
    assert_texts(&profile->sockets, "/run/x", "-/run/y", NULL);
    assert_int_equal(profile->tmp_size, 1024L * 1024 * 1024);
    assert_int_equal(profile->time_ms, 2500);
    assert_int_equal(profile->linger_ms, 30500);
    assert_int_equal(profile->cpu_seconds, 7);
    assert_int_equal(profile->memory, 512 * 1024 * 1024);
    assert_int_equal(profile->processes, 9);
    assert_int_equal(profile->file_size, 8192);
    assert_int_equal(profile->open_files, 64);
}

static void a_user_is_a_name_or_a_number(void **state)
{
    const struct passwd *nobody = getpwnam("nobody");
    char text[64];

    assert_non_null(nobody);
    assert_loads("profile p { user = nobody }");
    assert_int_equal(profile_of("p")->uid, nobody->pw_uid);
    assert_int_equal(profile_of("p")->gid, nobody->pw_gid);
    snprintf(text, sizeof(text), "profile p { user = %u }", nobody->pw_uid);
    assert_loads(text);
    assert_int_equal(profile_of("p")->uid, nobody->pw_uid);
    assert_int_equal(profile_of("p")->gid, nobody->pw_gid);
    if (getpwnam(PROFILE_HELPER_USER))
        assert_complains(2, "profile p {\nuser = " PROFILE_HELPER_USER " }", "is the helper's own",
                         "name another", NULL);
    assert_complains(2, "profile p {\nuser = '' }", "user takes", "write user = virthook-run",
                     NULL);
}

/* The number that changes no user when it is given to setresuid(2) is nobody's. */
static void a_user_who_does_not_exist_has_no_number(void **state)
{
    static const char *const users[] = {"virthook-no-such", "4294967295", "4294967294",
                                        "99999999999", "-1"};
    char text[64];

    for (size_t i = 0; i < sizeof(users) / sizeof(users[0]); i++) {
        snprintf(text, sizeof(text), "profile p { user = '%s' }", users[i]);
        assert_loads(text);
        assert_true(profile_of("p")->user_missing);
        assert_int_equal(profile_of("p")->uid, (uid_t)-1);
        assert_int_equal(profile_of("p")->gid, (gid_t)-1);
    }
}

static void unknown_capabilities_are_refused_with_the_one_that_may_be_meant(void **state)
{
    assert_complains(2, "profile p {\ncapabilities = { CAP_NET_ADMNI } }",
                     "'CAP_NET_ADMNI' is no capability", "did you mean 'net_admin'?", NULL);
    assert_complains(3, "profile p {\ncapabilities = { NET_ADMIN,\nSYSADMIN } }",
                     "'SYSADMIN' is no capability", "did you mean 'sys_admin'?", NULL);
    assert_complains(1, "profile p { capabilities = everything }", "'everything' is no capability",
                     "capabilities(7)", NULL);
    assert_complains(1, "profile p { capabilities = '' }", "'' is no capability", NULL);
    assert_complains(1, "profile p { capabilities = 12 }", "'12' is no capability", NULL);
    assert_complains(1, "profile p { capabilities = CAP_CAP_CHOWN }", "is no capability", NULL);
}

static void unknown_system_calls_are_refused_with_the_one_that_may_be_meant(void **state)
{
    assert_complains(2, "profile p {\nsyscalls = { read, ptracee } }",
                     "'ptracee' is no system call", "did you mean 'ptrace'?", NULL);
    assert_complains(1, "profile p { syscalls += { @modul } }", "'@modul' is no set", "'@module'",
                     NULL);
    assert_complains(1, "profile p { syscalls = @everything }", "'@everything' is no set",
                     "systemd.exec(5)", NULL);
    assert_complains(1, "profile p { syscalls = all-of-them }", "'all-of-them' is no system call",
                     "names of sets start with @", NULL);
    assert_complains(1, "profile p { syscalls = '~@mount' }", "'~@mount' is no system call", NULL);
    assert_complains(1, "profile p { syscalls = '' }", "'' is no system call", NULL);
}

static void a_call_of_another_architecture_is_known(void **state)
{
    assert_loads("profile p { syscalls = { socketcall, stime, riscv_flush_icache } }");
    assert_int_equal(profile_of("p")->syscalls.count, 3);
}

static void unknown_address_families_are_refused_with_the_one_that_may_be_meant(void **state)
{
    assert_complains(2, "profile p {\naddress_families = { AF_INET, AF_NETLINQ } }",
                     "'AF_NETLINQ' is no address family", "did you mean 'AF_NETLINK'?", NULL);
    assert_complains(1, "profile p { address_families = INET }", "'INET' is no address family",
                     NULL);
    assert_complains(1, "profile p { address_families = 2 }", "'2' is no address family",
                     "address_families(7)", NULL);
}

static void unknown_features_are_refused_with_the_one_that_may_be_meant(void **state)
{
    assert_complains(2, "profile p {\nrequired = { notify, land-lock } }",
                     "'land-lock' is no feature", "did you mean 'landlock'?", NULL);
    assert_complains(1, "profile p { required = everything }", "'everything' is no feature",
                     "50-shipped.conf", NULL);
    assert_complains(1, "profile p { required = '' }", "'' is no feature", NULL);
}

static void every_feature_has_a_name_of_its_own(void **state)
{
    uint32_t all = 0;

    for (size_t i = 0; feature_name(i); i++) {
        assert_int_equal(feature_find(feature_name(i)), 1U << i);
        all |= 1U << i;
    }
    assert_int_equal(all, FEATURE_SELINUX | (FEATURE_SELINUX - 1));
    assert_int_equal(feature_find("none"), 0);
}

static void words_are_those_that_are_told(void **state)
{
    assert_complains(1, "profile p { network = own }", "network takes host or none, not 'own'",
                     NULL);
    assert_complains(1, "profile p { dev = none }", "dev takes host or own, not 'none'", NULL);
    assert_complains(1, "profile p { tmp = yes }", "tmp takes host or own, not 'yes'", NULL);
    assert_complains(1, "profile p { pids = none }", "pids takes host or own, not 'none'", NULL);
    assert_complains(1, "profile p { permissive = 1 }", "permissive takes yes or no", NULL);
    assert_complains(1, "profile p { unconfined = maybe }", "unconfined takes yes or no", NULL);
    assert_loads("profile p { network = none dev = own tmp = own pids = own unconfined = no\n"
                 "permissive = no }");
    assert_false(profile_of("p")->host_network);
    assert_false(profile_of("p")->host_dev);
    assert_false(profile_of("p")->host_tmp);
    assert_false(profile_of("p")->host_pids);
    assert_false(profile_of("p")->permissive);
}

static void a_type_is_a_name_of_selinux_s(void **state)
{
    static const char *const wrong[] = {"''", "'a b'", "u:r:t", "'a_t:s0'"};
    char text[PROFILE_SELINUX_TYPE_MAX + 64];

    for (size_t i = 0; i < sizeof(wrong) / sizeof(wrong[0]); i++) {
        snprintf(text, sizeof(text), "profile p {\nselinux = %s }", wrong[i]);
        assert_complains(2, text, "selinux takes a type", NULL);
    }
    snprintf(text, sizeof(text), "profile p { selinux = %0*d }", PROFILE_SELINUX_TYPE_MAX + 1, 7);
    assert_complains(1, text, "selinux takes a type", NULL);
    snprintf(text, sizeof(text), "profile p { selinux = %0*d }", PROFILE_SELINUX_TYPE_MAX, 7);
    assert_loads(text);
}

static void limits_have_their_ranges(void **state)
{
    static const struct {
        const char *key, *below, *least, *most, *above, *takes;
    } limits[] = {
        {"tmp_size", "65535", "64K", "64G", "65G", "bytes from 64K to 64G"},
        {"time", "0.05", "0.1", "3600", "3600.001", "0, or seconds from 0.1 to 3600"},
        {"linger", "0.05", "0.1", "86400", "86400.001", "0, or seconds from 0.1 to 86400"},
        {"cpu", "0.5", "1", "86400", "86401", "0, or whole seconds from 1 to 86400"},
        {"memory", "15M", "16M", "4096G", "4097G", "0, or bytes from 16M to 4096G"},
        {"processes", "-1", "1", "65536", "65537", "0, or a number from 1 to 65536"},
        {"file_size", "4095", "4K", "65536G", "65537G", "0, or bytes from 4K to 65536G"},
        {"open_files", "15", "16", "65536", "1K", "0, or a number from 16 to 65536"},
    };
    char text[64];

    for (size_t i = 0; i < sizeof(limits) / sizeof(limits[0]); i++) {
        const char *const wrong[] = {limits[i].below, limits[i].above, "''", "many",
                                     "99999999999999999999"};

        for (size_t j = 0; j < sizeof(wrong) / sizeof(wrong[0]); j++) {
            snprintf(text, sizeof(text), "profile p {\n%s = %s }", limits[i].key, wrong[j]);
            assert_complains(2, text, limits[i].key, limits[i].takes, NULL);
        }
        snprintf(text, sizeof(text), "profile p { %s = %s }", limits[i].key, limits[i].least);
        assert_loads(text);
        snprintf(text, sizeof(text), "profile p { %s = %s }", limits[i].key, limits[i].most);
        assert_loads(text);
    }
}

static void a_limit_of_0_is_none_and_the_own_tmp_always_has_a_size(void **state)
{
    const struct profile *profile;

    assert_loads("profile p { time = 0 cpu = 0 memory = 0 processes = 0 file_size = 0 "
                 "open_files = 0 }");
    profile = profile_of("p");
    assert_int_equal(profile->time_ms + profile->cpu_seconds + profile->memory, 0);
    assert_int_equal(profile->processes + profile->file_size + profile->open_files, 0);
    assert_complains(1, "profile p { tmp_size = 0 }", "tmp_size takes bytes from 64K to 64G", NULL);
}

static void a_profile_has_a_name_of_its_own(void **state)
{
    assert_complains(1, "profile unconfined { time = 5 }", "unconfined is built in",
                     "inherits = unconfined", NULL);
    assert_complains(1, "profile {}", "missing title", NULL);
    assert_complains(1, "profile '' {}", "'' cannot be a profile's name", NULL);
    assert_complains(1, "profile 'a b' {}", "'a b' cannot be a profile's name", NULL);
    assert_complains(1, "profile -a {}", "cannot be a profile's name", NULL);
    assert_complains(1, "profile a/b {}", "cannot be a profile's name", NULL);
    assert_complains(1,
                     "profile 12345678901234567890123456789012345678901234567890123456789012345 "
                     "{}",
                     "has 1 to 64 letters", NULL);
    assert_complains(3, "profile a {}\n\nprofile a {}", "'a'", "once", NULL);
    assert_loads("profile A.b-c_1 {}");
    assert_non_null(profile_of("A.b-c_1"));
}

static void a_key_that_stands_twice_is_refused(void **state)
{
    assert_complains(3, "profile p {\ncpu = 5\ncpu = 5 }", "cpu stands on line 2 already", NULL);
    assert_complains(4, "profile p {\nwritable = { /a,\n/b }\nwritable += /c }",
                     "writable stands on line 2 already", NULL);
}

static void an_unknown_key_is_refused_with_the_one_that_may_be_meant(void **state)
{
    assert_complains(2, "profile p {\nwriteable = /a }", "'writeable'", "did you mean 'writable'?",
                     NULL);
    assert_complains(1, "profile p { deadline = 5 }", "'deadline'", NULL);
    assert_complains(1, "profil p {}", "did you mean 'profile'?", NULL);
}

#define TEST(function) cmocka_unit_test_setup_teardown(function, tree_set_up, loading_tear_down)

int main(void)
{
    const struct CMUnitTest tests[] = {
        TEST(a_profile_that_says_nothing_is_isolated),
        TEST(every_key_takes_its_value),
        TEST(a_user_is_a_name_or_a_number),
        TEST(a_user_who_does_not_exist_has_no_number),
        TEST(unknown_capabilities_are_refused_with_the_one_that_may_be_meant),
        TEST(unknown_system_calls_are_refused_with_the_one_that_may_be_meant),
        TEST(a_call_of_another_architecture_is_known),
        TEST(unknown_address_families_are_refused_with_the_one_that_may_be_meant),
        TEST(unknown_features_are_refused_with_the_one_that_may_be_meant),
        TEST(every_feature_has_a_name_of_its_own),
        TEST(words_are_those_that_are_told),
        TEST(a_type_is_a_name_of_selinux_s),
        TEST(limits_have_their_ranges),
        TEST(a_limit_of_0_is_none_and_the_own_tmp_always_has_a_size),
        TEST(a_profile_has_a_name_of_its_own),
        TEST(a_key_that_stands_twice_is_refused),
        TEST(an_unknown_key_is_refused_with_the_one_that_may_be_meant),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
