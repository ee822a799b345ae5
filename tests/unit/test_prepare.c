/*
 * A profile becomes the plan that says the same, as far as the host can; where it cannot be made,
 * the admin reads why.
 *
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */
#include "preparing.h"

static char *unknown[] = {(char[]){"@nothing"}, NULL};

static void a_plan_says_what_its_profile_says(void **state)
{
    struct profile profile = confined();

    prepare(&full, &profile);
    assert_int_equal(plan->flags, PLAN_SET_USER | PLAN_SET_CAPS | PLAN_NO_NEW_PRIVS | PLAN_NOTIFY |
                                      PLAN_MOUNTS | PLAN_OWN_TMP | PLAN_OWN_DEV | PLAN_LANDLOCK);
    assert_int_equal(plan->uid, 1234);
    assert_int_equal(plan->gid, 2345);
    assert_int_equal(plan->capabilities, profile.capabilities);
    assert_int_equal(plan->tmp_size, 65536);
    assert_string_equal(sandbox.profile, "p");
    assert_int_equal(sandbox.uid, 1234);
    assert_int_equal(sandbox.gid, 2345);
    assert_int_equal(sandbox.time_ms, 1500);
    assert_int_equal(sandbox.linger_ms, 2500);
    assert_int_equal(sandbox.tmp_size, 65536);
    assert_false(sandbox.unconfined);
}

static void limits_are_the_profile_s_and_core_is_none(void **state)
{
    struct profile profile = confined();

    prepare(&full, &profile);
    assert_int_equal(limit_of(RLIMIT_CPU), 3);
    assert_int_equal(limit_of(RLIMIT_AS), 1 << 30);
    assert_int_equal(limit_of(RLIMIT_FSIZE), 4096);
    assert_int_equal(limit_of(RLIMIT_NOFILE), 64);
    assert_int_equal(limit_of(RLIMIT_CORE), 1);
    profile.cpu_seconds = profile.memory = profile.file_size = profile.open_files = 0;
    profile.processes = 0;
    prepare(&full, &profile);
    assert_int_equal(plan->limit_count, 2);
    assert_int_equal(limit_of(RLIMIT_CORE), 1);
    assert_int_equal(limit_of(RLIMIT_RTTIME), 500000);
    assert_int_equal(plan->pid_max, 0);
}

/* RLIMIT_NPROC counts over all of a uid's scripts, and does not bind uid 0: it is the second best.
 */
static void processes_are_bounded_by_the_namespace_or_a_cgroup_or_else_per_user(void **state)
{
    struct profile profile = confined();
    struct sandbox_host session = full;

    prepare(&full, &profile);
    assert_int_equal(plan->pid_max, PLAN_PIDS_RESERVED + 20);
    assert_int_equal(limit_of(RLIMIT_NPROC), UINT64_MAX);
    prepare(&bare, &profile);
    assert_int_equal(plan->pid_max, 0);
    assert_int_equal(limit_of(RLIMIT_NPROC), 20);
    session.session = true;
    prepare(&session, &profile);
    assert_in_range(plan->pid_max, 21, 1000);
    profile.permissive = true;
    session.cgroup_pids = false;
    prepare(&session, &profile);
    assert_int_equal(plan->pid_max, 0);
    assert_int_equal(limit_of(RLIMIT_NPROC), 20);
    profile.permissive = false;
    session.cgroup_pids = true;
    session.own_proc = false;
    prepare(&session, &profile);
    assert_int_equal(plan->pid_max, 0);
    assert_true(sandbox.cgroup);
    assert_int_equal(sandbox.processes, 20);
    assert_int_equal(limit_of(RLIMIT_NPROC), UINT64_MAX);
    session.cgroup_pids = false;
    prepare(&session, &profile);
    assert_int_equal(plan->pid_max, 0);
    assert_int_equal(limit_of(RLIMIT_NPROC), 20);
}

static void with_the_host_s_processes_no_limit_of_the_host_s_is_touched(void **state)
{
    struct profile profile = confined();
    struct sandbox_host host = full;

    profile.host_pids = true;
    prepare(&host, &profile);
    assert_true(plan->flags & PLAN_HOST_PIDS);
    assert_int_equal(plan->pid_max, 0);
    assert_int_equal(limit_of(RLIMIT_NPROC), UINT64_MAX);
    host.cgroup_pids = false;
    prepare(&host, &profile);
    assert_int_equal(plan->pid_max, 0);
    assert_int_equal(limit_of(RLIMIT_NPROC), 20);
    profile.unconfined = true;
    prepare(&full, &profile);
    assert_int_equal(plan->flags, PLAN_HOST_PIDS);
    assert_int_equal(plan->pid_max, 0);
}

/* What else holds them still does. */
static void a_host_without_namespaces_gets_a_plan_without_them(void **state)
{
    struct sandbox_host host = full;
    struct profile profile = confined();

    host.namespaces = false;
    prepare(&host, &profile);
    assert_int_equal(sandbox.clone_flags, 0);
    assert_true(sandbox.host_pids);
    assert_int_equal(sandbox.tmp_size, 0);
    assert_int_equal(plan->flags, PLAN_SET_USER | PLAN_SET_CAPS | PLAN_NO_NEW_PRIVS | PLAN_NOTIFY |
                                      PLAN_LANDLOCK | PLAN_HOST_PIDS);
    assert_int_equal(plan->pid_max, 0);
}

static void namespaces_are_the_script_s_own_but_those_that_the_profile_shares(void **state)
{
    const uint64_t own = CLONE_NEWPID | CLONE_NEWIPC | CLONE_NEWUTS | CLONE_NEWCGROUP;
    struct profile profile = confined();

    prepare(&full, &profile);
    assert_int_equal(sandbox.clone_flags, own | CLONE_NEWNET);
    profile.host_network = true;
    prepare(&full, &profile);
    assert_int_equal(sandbox.clone_flags, own);
    assert_false(sandbox.host_pids);
    profile.host_pids = true;
    prepare(&full, &profile);
    assert_int_equal(sandbox.clone_flags, own & ~(uint64_t)CLONE_NEWPID);
    assert_true(sandbox.host_pids);
}

static void the_filter_is_the_profile_s(void **state)
{
    struct profile profile = confined();

    prepare(&full, &profile);
    assert_int_equal(answer_to(SYS_mkdirat), SECCOMP_RET_ALLOW);
    assert_int_equal(answer_to(SYS_mount), SECCOMP_RET_USER_NOTIF);
    profile.syscalls = (struct text_list){};
    prepare(&full, &profile);
    assert_int_equal(answer_to(SYS_mkdirat), SECCOMP_RET_USER_NOTIF);
    assert_int_equal(answer_to(SYS_execve), SECCOMP_RET_ALLOW);
}

static void without_notify_refused_calls_fail_and_no_listener_is_asked_for(void **state)
{
    struct profile profile = confined();

    prepare(&bare, &profile);
    assert_int_equal(plan->flags & PLAN_NOTIFY, 0);
    assert_int_equal(answer_to(SYS_openat), SECCOMP_RET_ALLOW);
    assert_int_equal(answer_to(SYS_mount), SECCOMP_RET_ERRNO | EPERM);
}

static void in_a_session_scripts_stay_the_user_s_own(void **state)
{
    struct profile profile = confined();
    struct sandbox_host session = {
        .landlock_abi = 7, .notify = true, .session = true, .namespaces = true};

    profile.user_missing = true;
    profile.uid = (uid_t)-1;
    prepare(&session, &profile);
    assert_false(plan->flags & PLAN_SET_USER);
    assert_true(plan->flags & PLAN_SET_CAPS);
    assert_int_equal(sandbox.uid, geteuid());
    assert_int_equal(sandbox.gid, getegid());
    session.namespaces = false;
    prepare(&session, &profile);
    assert_false(plan->flags & (PLAN_SET_USER | PLAN_SET_CAPS));
}

static void an_unconfined_plan_has_limits_and_nothing_else(void **state)
{
    struct profile profile = confined();

    profile.unconfined = true;
    prepare(&full, &profile);
    assert_int_equal(plan->flags, 0);
    assert_int_equal(plan->filter_count, 0);
    assert_int_equal(plan->path_count, 0);
    assert_int_equal(limit_of(RLIMIT_CPU), 3);
    assert_int_equal(limit_of(RLIMIT_CORE), UINT64_MAX);
    assert_int_equal(sandbox.clone_flags, CLONE_NEWPID);
    assert_int_equal(sandbox.uid, geteuid());
    assert_true(sandbox.unconfined);
}

/* Its number would mean to the kernel: stay root. */
static void a_user_that_does_not_exist_is_refused(void **state)
{
    struct profile profile = confined();

    profile.user_missing = true;
    profile.uid = profile.gid = (uid_t)-1;
    assert_refused(&full, &profile, "its user does not exist");
}

static void an_unknown_set_is_refused(void **state)
{
    struct profile profile = confined();

    profile.syscalls = (struct text_list){1, unknown};
    assert_refused(&full, &profile, "cannot be prepared");
}

static void the_host_is_what_the_kernel_says(void **state)
{
    uint32_t action = SECCOMP_RET_USER_NOTIF;
    long abi = syscall(SYS_landlock_create_ruleset, NULL, 0, LANDLOCK_CREATE_RULESET_VERSION);
    struct sandbox_host host;

    sandbox_look(&host);
    assert_int_equal(host.landlock_abi, abi > 0 ? abi : 0);
    assert_int_equal(host.notify, syscall(SYS_seccomp, SECCOMP_GET_ACTION_AVAIL, 0, &action) == 0);
    assert_int_equal(host.session, geteuid() != 0);
    assert_false(host.namespaces || host.user_namespaces || host.own_proc || host.cgroup);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_plan_says_what_its_profile_says),
        cmocka_unit_test(limits_are_the_profile_s_and_core_is_none),
        cmocka_unit_test(processes_are_bounded_by_the_namespace_or_a_cgroup_or_else_per_user),
        cmocka_unit_test(with_the_host_s_processes_no_limit_of_the_host_s_is_touched),
        cmocka_unit_test(a_host_without_namespaces_gets_a_plan_without_them),
        cmocka_unit_test(namespaces_are_the_script_s_own_but_those_that_the_profile_shares),
        cmocka_unit_test(the_filter_is_the_profile_s),
        cmocka_unit_test(without_notify_refused_calls_fail_and_no_listener_is_asked_for),
        cmocka_unit_test(in_a_session_scripts_stay_the_user_s_own),
        cmocka_unit_test(an_unconfined_plan_has_limits_and_nothing_else),
        cmocka_unit_test(a_user_that_does_not_exist_is_refused),
        cmocka_unit_test(an_unknown_set_is_refused),
        cmocka_unit_test(the_host_is_what_the_kernel_says),
    };

    bpf_let_libseccomp_work();
    return cmocka_run_group_tests(tests, NULL, forget_last);
}
