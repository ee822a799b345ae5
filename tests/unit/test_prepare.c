/*
 * A profile becomes the plan that says the same, as far as the host can; where it cannot be made,
 * the admin reads why.
 *
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */
#include "bpf.h"
#include "fd.h"
#include "open_fds.h"
#include "plan.h"
#include "prepare.h"

#include <linux/capability.h>
#include <linux/landlock.h>
#include <sched.h>
#include <stdio.h>
#include <sys/resource.h>
#include <sys/socket.h>

#define HOOKS "/etc/virthook/hooks"

/* A host with all of it, and one with nothing. */
static const struct sandbox_host full = {.landlock_abi = 7, .notify = true, .own_pid_max = true};
static const struct sandbox_host bare = {.landlock_abi = 0};

static char name[] = "p";
static char *syscalls[] = {(char[]){"@system-service"}, NULL};
static char *mounting[] = {(char[]){"@system-service"}, (char[]){"@mount"}, NULL};
static char *writable[] = {(char[]){"/w"}, (char[]){"-/w/x"}, NULL};
static char *hidden[] = {(char[]){"/h"}, NULL};
static char *sockets[] = {(char[]){"-/run/s"}, NULL};
static char *unknown[] = {(char[]){"@nothing"}, NULL};
static int families[] = {AF_UNIX};

static struct profile confined(void)
{
    return (struct profile){
        .name = name,
        .uid = 1234,
        .gid = 2345,
        .capabilities = 1ULL << CAP_NET_ADMIN | 1ULL << CAP_CHECKPOINT_RESTORE,
        .syscalls = {1, syscalls},
        .families = {1, families},
        .writable = {2, writable},
        .hidden = {1, hidden},
        .sockets = {1, sockets},
        .tmp_size = 65536,
        .time_ms = 1500,
        .linger_ms = 2500,
        .cpu_seconds = 3,
        .memory = 1 << 30,
        .file_size = 4096,
        .processes = 20,
        .open_files = 64,
    };
}

/* The last one that was prepared, its plan, and the sentence of the last refusal. */
static struct sandbox sandbox;
static struct plan *plan;
static char *refusal;

static void forget(void)
{
    if (plan)
        sandbox_clear(&sandbox);
    free(plan);
    free(refusal);
    plan = NULL;
    refusal = NULL;
}

static int forget_last(void **state)
{
    forget();
    return 0;
}

/* Reads the plan back as the runner would. */
static void prepare(const struct sandbox_host *host, const struct profile *profile)
{
    size_t size;

    forget();
    if (sandbox_prepare(host, profile, HOOKS, &sandbox, &refusal) != 0)
        fail_msg("refused: %s", refusal);
    assert_true(fd_is_final(sandbox.plan_fd, &size));
    plan = malloc(size);
    assert_non_null(plan);
    assert_int_equal(pread(sandbox.plan_fd, plan, size, 0), size);
    assert_true(plan_is_whole(plan, size));
}

static void assert_refused(const struct sandbox_host *host, const struct profile *profile,
                           const char *why)
{
    size_t before;

    forget();
    before = open_fds();
    assert_int_equal(sandbox_prepare(host, profile, HOOKS, &sandbox, &refusal), SANDBOX_E_REFUSED);
    assert_int_equal(open_fds(), before);
    assert_non_null(strstr(refusal, "profile p "));
    if (!strstr(refusal, why))
        fail_msg("\"%s\" does not say \"%s\"", refusal, why);
}

/* The limit's value; UINT64_MAX where the plan has none. */
static uint64_t limit_of(uint32_t resource)
{
    for (uint32_t i = 0; i < plan->limit_count; i++) {
        if (plan->limits[i].resource == resource)
            return plan->limits[i].value;
    }
    return UINT64_MAX;
}

static uint32_t answer_to(long number)
{
    struct seccomp_data data = {.nr = (int)number, .arch = AUDIT_ARCH_X86_64};
    unsigned int steps = 0;

    return bpf_ask(plan->filter, plan->filter_count, &data, &steps);
}

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
    assert_int_equal(plan->limit_count, 1);
    assert_int_equal(limit_of(RLIMIT_CORE), 1);
    assert_int_equal(plan->pid_max, 0);
}

/* RLIMIT_NPROC counts over all of a uid's scripts, and does not bind uid 0: it is the second best.
 */
static void processes_are_bounded_by_the_namespace_or_else_per_user(void **state)
{
    struct profile profile = confined();
    struct sandbox_host session = full;

    prepare(&full, &profile);
    assert_in_range(plan->pid_max, 21, 1000);
    assert_int_equal(limit_of(RLIMIT_NPROC), UINT64_MAX);
    prepare(&bare, &profile);
    assert_int_equal(plan->pid_max, 0);
    assert_int_equal(limit_of(RLIMIT_NPROC), 20);
    session.session = true;
    prepare(&session, &profile);
    assert_int_equal(plan->pid_max, 0);
    assert_int_equal(limit_of(RLIMIT_NPROC), 20);
}

static void assert_paths(const struct plan_path *expected, size_t count)
{
    struct plan_path path;
    const char *cursor = NULL;

    for (size_t i = 0; i < count; i++) {
        assert_int_equal(plan_next_path(plan, &cursor, &path), 1);
        assert_int_equal(path.kind, expected[i].kind);
        assert_int_equal(path.may_be_missing, expected[i].may_be_missing);
        assert_string_equal(path.path, expected[i].path);
    }
    assert_int_equal(plan_next_path(plan, &cursor, &path), 0);
}

static void what_holds_other_paths_comes_before_them(void **state)
{
    static const struct plan_path expected[] = {{PLAN_HIDDEN, 0, "/h"},
                                                {PLAN_SHOWN, 1, HOOKS},
                                                {PLAN_WRITABLE, 0, "/w"},
                                                {PLAN_WRITABLE, 1, "/w/x"},
                                                {PLAN_SOCKET, 1, "/run/s"}};
    struct profile profile = confined();

    prepare(&full, &profile);
    assert_paths(expected, sizeof(expected) / sizeof(expected[0]));
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

static void the_host_s_tmp_and_dev_take_the_place_of_own_ones(void **state)
{
    struct profile profile = confined();

    profile.host_tmp = profile.host_dev = true;
    prepare(&full, &profile);
    assert_int_equal(plan->flags & (PLAN_OWN_TMP | PLAN_OWN_DEV), 0);
    assert_int_equal(sandbox.tmp_size, 0);
}

static void the_filter_is_the_profile_s(void **state)
{
    struct profile profile = confined();

    prepare(&full, &profile);
    assert_int_equal(answer_to(SYS_openat), SECCOMP_RET_ALLOW);
    assert_int_equal(answer_to(SYS_mount), SECCOMP_RET_USER_NOTIF);
    profile.syscalls = (struct text_list){};
    prepare(&full, &profile);
    assert_int_equal(answer_to(SYS_openat), SECCOMP_RET_USER_NOTIF);
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

/* linux/landlock.h, by ABI: refer 2, truncate 3, ioctl of a device 5, scopes 6. */
static void landlock_handles_what_its_abi_knows(void **state)
{
    static const uint64_t refer = 1ULL << 13, truncate_right = 1ULL << 14, ioctl_dev = 1ULL << 15;
    struct profile profile = confined();

    for (int abi = 0; abi <= 8; abi++) {
        struct sandbox_host host = {.landlock_abi = abi};

        prepare(&host, &profile);
        assert_int_equal(!!(plan->flags & PLAN_LANDLOCK), abi >= 1);
        assert_int_equal(!!(plan->landlock_fs & LANDLOCK_ACCESS_FS_WRITE_FILE), abi >= 1);
        assert_int_equal(!!(plan->landlock_fs & refer), abi >= 2);
        assert_int_equal(!!(plan->landlock_fs & truncate_right), abi >= 3);
        assert_int_equal(!!(plan->landlock_fs & ioctl_dev), abi >= 5);
        assert_int_equal(plan->landlock_fs >> 16, 0);
        assert_int_equal(plan->landlock_scope, abi >= 6 ? 3 : 0);
    }
}

static void a_profile_that_mounts_goes_without_landlock_s_rules_for_files(void **state)
{
    struct profile profile = confined();
    struct sandbox_host old = {.landlock_abi = 5};

    profile.syscalls = (struct text_list){2, mounting};
    prepare(&full, &profile);
    assert_int_not_equal(plan->landlock_fs, 0);
    profile.capabilities = 1ULL << CAP_SYS_ADMIN;
    prepare(&full, &profile);
    assert_int_equal(plan->landlock_fs, 0);
    assert_int_equal(plan->landlock_scope, 3);
    assert_true(plan->flags & PLAN_LANDLOCK);
    prepare(&old, &profile);
    assert_false(plan->flags & PLAN_LANDLOCK);
    profile.syscalls = (struct text_list){1, syscalls};
    prepare(&full, &profile);
    assert_int_not_equal(plan->landlock_fs, 0);
}

static void in_a_session_scripts_stay_the_user_s_own(void **state)
{
    struct profile profile = confined();
    struct sandbox_host session = {.landlock_abi = 7, .notify = true, .session = true};

    profile.user_missing = true;
    profile.uid = (uid_t)-1;
    prepare(&session, &profile);
    assert_false(plan->flags & PLAN_SET_USER);
    assert_true(plan->flags & PLAN_SET_CAPS);
    assert_int_equal(sandbox.uid, geteuid());
    assert_int_equal(sandbox.gid, getegid());
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

/* The hooks' own path is one of them. */
static void as_many_paths_as_fit_are_taken_and_one_more_is_refused(void **state)
{
    static char *many[PLAN_PATHS_MAX];
    struct profile profile = confined();

    for (size_t i = 0; i < PLAN_PATHS_MAX; i++)
        many[i] = writable[0];
    profile.hidden = profile.sockets = (struct text_list){};
    profile.writable = (struct text_list){PLAN_PATHS_MAX - 1, many};
    prepare(&full, &profile);
    assert_int_equal(plan->path_count, PLAN_PATHS_MAX);
    profile.writable.count++;
    assert_refused(&full, &profile, "more paths than fit");
}

/* Each path takes its bytes, its NUL, and two. */
static void as_long_paths_as_fit_are_taken_and_one_byte_more_is_refused(void **state)
{
    static char path[PLAN_PATHS_SIZE_MAX];
    char *paths[] = {path, NULL};
    const size_t room = PLAN_PATHS_SIZE_MAX - (sizeof(HOOKS) + 2) - 3;
    struct profile profile = confined();

    memset(path, '/', room);
    profile.hidden = profile.sockets = (struct text_list){};
    profile.writable = (struct text_list){1, paths};
    prepare(&full, &profile);
    assert_int_equal(plan->paths_size, PLAN_PATHS_SIZE_MAX);
    path[room] = '/';
    assert_refused(&full, &profile, "more paths than fit");
}

static void profiles_are_prepared_together_or_not_at_all(void **state)
{
    struct profile profiles[] = {confined(), confined(), confined()};
    const struct profile_list list = {.count = 3, .profiles = profiles};
    struct sandbox_list made = {}, untouched = {};
    size_t before = open_fds();

    forget();
    profiles[0].name = (char[]){"a"};
    profiles[1].name = (char[]){"b"};
    profiles[2].name = (char[]){"c"};
    profiles[1].user_missing = true;
    assert_int_equal(sandboxes_prepare(&full, &list, HOOKS, &made, &refusal), 0);
    assert_int_equal(made.count, 2);
    assert_string_equal(sandbox_find(&made, "c")->profile, "c");
    assert_null(sandbox_find(&made, "b"));
    assert_null(sandbox_find(&made, "d"));
    sandboxes_clear(&made);
    profiles[2].syscalls = (struct text_list){1, unknown};
    assert_int_equal(sandboxes_prepare(&full, &list, HOOKS, &untouched, &refusal),
                     SANDBOX_E_REFUSED);
    assert_non_null(strstr(refusal, "profile c "));
    assert_null(untouched.sandboxes);
    assert_int_equal(open_fds(), before);
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
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_plan_says_what_its_profile_says),
        cmocka_unit_test(limits_are_the_profile_s_and_core_is_none),
        cmocka_unit_test(processes_are_bounded_by_the_namespace_or_else_per_user),
        cmocka_unit_test(what_holds_other_paths_comes_before_them),
        cmocka_unit_test(namespaces_are_the_script_s_own_but_those_that_the_profile_shares),
        cmocka_unit_test(the_host_s_tmp_and_dev_take_the_place_of_own_ones),
        cmocka_unit_test(the_filter_is_the_profile_s),
        cmocka_unit_test(without_notify_refused_calls_fail_and_no_listener_is_asked_for),
        cmocka_unit_test(landlock_handles_what_its_abi_knows),
        cmocka_unit_test(a_profile_that_mounts_goes_without_landlock_s_rules_for_files),
        cmocka_unit_test(in_a_session_scripts_stay_the_user_s_own),
        cmocka_unit_test(an_unconfined_plan_has_limits_and_nothing_else),
        cmocka_unit_test(a_user_that_does_not_exist_is_refused),
        cmocka_unit_test(an_unknown_set_is_refused),
        cmocka_unit_test(as_many_paths_as_fit_are_taken_and_one_more_is_refused),
        cmocka_unit_test(as_long_paths_as_fit_are_taken_and_one_byte_more_is_refused),
        cmocka_unit_test(profiles_are_prepared_together_or_not_at_all),
        cmocka_unit_test(the_host_is_what_the_kernel_says),
    };

    bpf_let_libseccomp_work();
    return cmocka_run_group_tests(tests, NULL, forget_last);
}
