/*
 * What a profile requires is held against what the host can give, and who is refused reads why.
 *
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */
#include "required.h"

#include "preparing.h"

static char *mounting[] = {(char[]){"@system-service"}, (char[]){"@mount"}, NULL};

/* Refused with a sentence that has these words; NULL: not refused. */
static void assert_refusal(const struct sandbox_host *host, const struct profile *profile,
                           const char *words)
{
    char *why;

    assert_int_equal(sandbox_refuse(host, profile, &why), 0);
    if (!words && why)
        fail_msg("refused: %s", why);
    if (words && (!why || !strstr(why, words)))
        fail_msg("\"%s\" does not say \"%s\"", why ? why : "(nothing)", words);
    free(why);
}

/* All but the one for which the kernel's own policy is asked. */
static void a_host_with_all_of_it_holds_every_feature(void **state)
{
    struct profile profile = confined();

    profile.required = UINT32_MAX & ~(uint32_t)FEATURE_SELINUX;
    assert_refusal(&full, &profile, NULL);
    for (size_t i = 0; feature_name(i); i++) {
        if (profile.required & 1U << i)
            assert_null(feature_missing((enum feature)(1 << i), &full, &profile));
    }
}

/* Each row takes one thing away from the host. */
static void what_the_host_lacks_is_missed_by_name_and_by_cause(void **state)
{
    struct sandbox_host host[9];
    const struct {
        const char *feature, *why;
    } rows[] = {
        {"landlock", "no Landlock"},
        {"landlock-scopes", "before ABI 6"},
        {"notify", "no seccomp notification"},
        {"pid-namespace", "user.max_user_namespaces"},
        {"mount-namespace", "user.max_user_namespaces"},
        {"network-namespace", "user.max_user_namespaces"},
        {"own-proc", "no new /proc"},
        {"user", "the helper is not root"},
        {"cgroup", "no cgroup"},
    };
    struct profile profile = confined();

    for (size_t i = 0; i < sizeof(host) / sizeof(host[0]); i++)
        host[i] = full;
    host[0].landlock_abi = 0;
    host[1].landlock_abi = 5;
    host[2].notify = false;
    host[3].namespaces = host[4].namespaces = host[5].namespaces = false;
    host[6].own_proc = false;
    host[7].session = true;
    host[8].cgroup = false;
    for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
        char words[64];

        profile.required = 0;
        assert_refusal(&host[i], &profile, NULL);
        profile.required = feature_find(rows[i].feature);
        snprintf(words, sizeof(words), "it requires %s, but ", rows[i].feature);
        assert_refusal(&host[i], &profile, words);
        assert_refusal(&host[i], &profile, rows[i].why);
        assert_refusal(&full, &profile, NULL);
    }
}

static void processes_are_held_by_a_pid_limit_of_their_own_or_a_cgroup(void **state)
{
    struct profile profile = confined();
    struct sandbox_host host = full;

    profile.required = FEATURE_PROCESSES;
    host.own_pid_max = false;
    assert_refusal(&host, &profile, NULL);
    host.cgroup_pids = false;
    assert_refusal(&host, &profile, "neither a PID limit");
    host.own_pid_max = true;
    assert_refusal(&host, &profile, NULL);
    profile.host_pids = true;
    assert_refusal(&host, &profile, "neither a PID limit");
    profile.processes = 0;
    assert_refusal(&full, &profile, "processes = 0");
}

static void what_the_profile_itself_gives_away_cannot_be_required(void **state)
{
    struct profile profile = confined();

    profile.required = FEATURE_PID_NAMESPACE;
    profile.host_pids = true;
    assert_refusal(&full, &profile, "it requires pid-namespace, but the profile has pids = host");
    profile.required = FEATURE_LANDLOCK_SCOPES;
    assert_refusal(&full, &profile, NULL);
    profile.capabilities = 1ULL << CAP_KILL;
    assert_refusal(&full, &profile, "pids = host and KILL");
    profile = confined();
    profile.required = FEATURE_NETWORK_NAMESPACE;
    profile.host_network = true;
    assert_refusal(&full, &profile, "the profile has network = host");
    profile = confined();
    profile.required = FEATURE_LANDLOCK;
    profile.capabilities = 1ULL << CAP_SYS_ADMIN;
    assert_refusal(&full, &profile, NULL);
    profile.syscalls = (struct text_list){2, mounting};
    assert_refusal(&full, &profile, "the profile may mount");
}

static void an_unconfined_profile_has_its_processes_and_nothing_else(void **state)
{
    const uint32_t in_any = FEATURE_PID_NAMESPACE | FEATURE_OWN_PROC | FEATURE_PROCESSES |
                            FEATURE_CGROUP;
    struct profile profile = confined();

    for (int permissive = 0; permissive < 2; permissive++) {
        profile.unconfined = !permissive;
        profile.permissive = permissive;
        profile.required = in_any;
        assert_refusal(&full, &profile, NULL);
        for (size_t i = 0; feature_name(i); i++) {
            if ((in_any | FEATURE_SELINUX) & 1U << i)
                continue;
            profile.required = 1U << i;
            assert_refusal(&full, &profile, "does not confine its scripts");
        }
    }
}

/* Which types there are the kernel's policy says, whatever the profile confines. */
static void a_domain_is_had_where_selinux_knows_it(void **state)
{
    char type[] = "virthook_no_such_type_t";
    struct profile profile = confined();
    struct sandbox_host host = full;

    profile.required = FEATURE_SELINUX;
    profile.selinux = type;
    assert_refusal(&host, &profile, "SELinux is off");
    strcpy(host.selinux, "system_u:system_r:virthook_t:s0");
    assert_refusal(&host, &profile, "does not know its type");
    profile.unconfined = true;
    assert_refusal(&host, &profile, "does not know its type");
}

static void root_needs_landlock_or_read_only_mounts(void **state)
{
    struct sandbox_host host = full;
    struct profile profile = confined();

    profile.uid = 0;
    host.namespaces = false;
    assert_refusal(&host, &profile, NULL);
    host.landlock_abi = 0;
    assert_refusal(&host, &profile, "neither Landlock nor read-only mounts");
    host.namespaces = true;
    assert_refusal(&host, &profile, NULL);
    host.namespaces = false;
    profile.uid = 1234;
    assert_refusal(&host, &profile, NULL);
    profile.uid = 0;
    host.session = true;
    assert_refusal(&host, &profile, NULL);
    host.session = false;
    profile.unconfined = true;
    assert_refusal(&host, &profile, NULL);
}

static void root_with_the_host_s_processes_needs_scopes_or_the_grant_to_signal(void **state)
{
    struct sandbox_host host = full;
    struct profile profile = confined();

    profile.uid = 0;
    profile.host_pids = true;
    assert_refusal(&host, &profile, NULL);
    host.landlock_abi = 5;
    assert_refusal(&host, &profile, "as root with pids = host");
    profile.capabilities = 1ULL << CAP_KILL;
    assert_refusal(&host, &profile, NULL);
    profile.capabilities = 0;
    profile.uid = 1234;
    assert_refusal(&host, &profile, NULL);
}

static void a_permissive_profile_needs_to_be_told_of_calls(void **state)
{
    struct sandbox_host host = full;
    struct profile profile = confined();

    profile.permissive = true;
    assert_refusal(&host, &profile, NULL);
    host.notify = false;
    assert_refusal(&host, &profile, "it is permissive, and this kernel has no seccomp");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_host_with_all_of_it_holds_every_feature),
        cmocka_unit_test(what_the_host_lacks_is_missed_by_name_and_by_cause),
        cmocka_unit_test(processes_are_held_by_a_pid_limit_of_their_own_or_a_cgroup),
        cmocka_unit_test(what_the_profile_itself_gives_away_cannot_be_required),
        cmocka_unit_test(an_unconfined_profile_has_its_processes_and_nothing_else),
        cmocka_unit_test(a_domain_is_had_where_selinux_knows_it),
        cmocka_unit_test(root_needs_landlock_or_read_only_mounts),
        cmocka_unit_test(root_with_the_host_s_processes_needs_scopes_or_the_grant_to_signal),
        cmocka_unit_test(a_permissive_profile_needs_to_be_told_of_calls),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
