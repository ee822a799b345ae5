/*
 * What a profile says of paths becomes the mounts and Landlock's rules of its plan.
 *
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */
#include "loader.h"
#include "preparing.h"

static char *mounting[] = {(char[]){"@system-service"}, (char[]){"@mount"}, NULL};
static char *programs[] = {(char[]){"/usr/bin"}, (char[]){"-/opt/bin"}, NULL};

/* Whoever is given both is meant to signal the host's processes. */
static void signals_leave_the_sandbox_with_the_host_s_processes_and_kill_alone(void **state)
{
    static const uint64_t sockets_scope = 1, both = 3;
    struct profile profile = confined();

    profile.host_pids = true;
    prepare(&full, &profile);
    assert_int_equal(plan->landlock_scope, both);
    profile.capabilities |= 1ULL << CAP_KILL;
    prepare(&full, &profile);
    assert_int_equal(plan->landlock_scope, sockets_scope);
    profile.host_pids = false;
    prepare(&full, &profile);
    assert_int_equal(plan->landlock_scope, both);
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
    static const struct plan_path expected[] = {
        {PLAN_HIDDEN, 0, "/h"},    {PLAN_SHOWN, 1, HOOKS},   {PLAN_SHOWN, 0, "/h/r"},
        {PLAN_SHOWN, 1, "/h/s"},   {PLAN_WRITABLE, 0, "/w"}, {PLAN_WRITABLE, 1, "/w/x"},
        {PLAN_SOCKET, 1, "/run/s"}};
    struct profile profile = confined();

    prepare(&full, &profile);
    assert_paths(expected, sizeof(expected) / sizeof(expected[0]));
}

static const char *const none[] = {""};

/* The last `count` paths of the plan, which are for Landlock alone. */
static void assert_programs(const char *const *expected, size_t count)
{
    struct plan_path path = {};
    const char *cursor = NULL;
    size_t found = 0;

    while (plan_next_path(plan, &cursor, &path) == 1) {
        if (path.kind != PLAN_EXECUTABLE)
            continue;
        if (found < count)
            assert_string_equal(path.path, expected[found]);
        found++;
    }
    assert_int_equal(found, count);
}

static void executable_paths_are_landlock_s_with_the_hooks_and_the_loader(void **state)
{
    const char *const expected[] = {HOOKS, loader_path(), "/usr/bin", "/opt/bin"};
    struct profile profile = confined();

    prepare(&full, &profile);
    assert_int_equal(plan->landlock_fs & LANDLOCK_ACCESS_FS_EXECUTE, 0);
    assert_programs(none, 0);
    profile.executable = (struct text_list){2, programs};
    prepare(&full, &profile);
    assert_true(plan->landlock_fs & LANDLOCK_ACCESS_FS_EXECUTE);
    assert_programs(expected, 4);
    profile.executable = (struct text_list){};
    prepare(&full, &profile);
    assert_true(plan->landlock_fs & LANDLOCK_ACCESS_FS_EXECUTE);
    assert_programs(expected, 2);
}

static void where_landlock_does_not_handle_them_no_executable_path_is_said(void **state)
{
    struct profile profile = confined();

    profile.executable = (struct text_list){2, programs};
    prepare(&bare, &profile);
    assert_programs(none, 0);
    profile.capabilities = 1ULL << CAP_SYS_ADMIN;
    profile.syscalls = (struct text_list){2, mounting};
    prepare(&full, &profile);
    assert_int_equal(plan->landlock_fs, 0);
    assert_programs(none, 0);
}

/* Nor may what the helper was not loaded by be taken for the loader. */
static void the_loader_is_this_program_s_own(void **state)
{
    char *path = realpath(loader_path(), NULL), line[8192];
    FILE *maps = fopen("/proc/self/maps", "re");
    bool found = false;

    assert_non_null(path);
    assert_non_null(maps);
    while (fgets(line, sizeof(line), maps))
        found = found || strstr(line, path);
    assert_true(found);
    fclose(maps);
    free(path);
}

static void the_host_s_tmp_and_dev_take_the_place_of_own_ones(void **state)
{
    struct profile profile = confined();

    profile.host_tmp = profile.host_dev = true;
    prepare(&full, &profile);
    assert_int_equal(plan->flags & (PLAN_OWN_TMP | PLAN_OWN_DEV), 0);
    assert_int_equal(sandbox.tmp_size, 0);
}

/* A program in memory is below no path. */
static void where_executable_paths_are_listed_memory_is_none_of_them(void **state)
{
    static const uint64_t no_exec_seal = 8, cloexec = 1;
    struct profile profile = confined();

    prepare(&full, &profile);
    assert_int_equal(answer_with(SYS_memfd_create, cloexec), SECCOMP_RET_ALLOW);
    profile.executable = (struct text_list){2, programs};
    prepare(&full, &profile);
    assert_int_equal(answer_with(SYS_memfd_create, cloexec), SECCOMP_RET_USER_NOTIF);
    assert_int_equal(answer_with(SYS_memfd_create, 0x10), SECCOMP_RET_USER_NOTIF);
    assert_int_equal(answer_with(SYS_memfd_create, cloexec | no_exec_seal), SECCOMP_RET_ALLOW);
}

/* linux/landlock.h, by ABI: refer 2, truncate 3, ioctl of a device 5, scopes 6. */
static void landlock_handles_what_its_abi_knows(void **state)
{
    static const uint64_t refer = 1ULL << 13, truncate_right = 1ULL << 14, ioctl_dev = 1ULL << 15;
    struct profile profile = confined();

    for (int abi = 0; abi <= 8; abi++) {
        struct sandbox_host host = {.landlock_abi = abi, .namespaces = true};

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

/* The hooks' own path is one of them. */
static void as_many_paths_as_fit_are_taken_and_one_more_is_refused(void **state)
{
    static char *many[PLAN_PATHS_MAX];
    struct profile profile = confined();

    for (size_t i = 0; i < PLAN_PATHS_MAX; i++)
        many[i] = writable[0];
    profile.hidden = profile.readable = profile.sockets = (struct text_list){};
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
    profile.hidden = profile.readable = profile.sockets = (struct text_list){};
    profile.writable = (struct text_list){1, paths};
    prepare(&full, &profile);
    assert_int_equal(plan->paths_size, PLAN_PATHS_SIZE_MAX);
    path[room] = '/';
    assert_refused(&full, &profile, "more paths than fit");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(signals_leave_the_sandbox_with_the_host_s_processes_and_kill_alone),
        cmocka_unit_test(what_holds_other_paths_comes_before_them),
        cmocka_unit_test(executable_paths_are_landlock_s_with_the_hooks_and_the_loader),
        cmocka_unit_test(where_landlock_does_not_handle_them_no_executable_path_is_said),
        cmocka_unit_test(the_loader_is_this_program_s_own),
        cmocka_unit_test(the_host_s_tmp_and_dev_take_the_place_of_own_ones),
        cmocka_unit_test(where_executable_paths_are_listed_memory_is_none_of_them),
        cmocka_unit_test(landlock_handles_what_its_abi_knows),
        cmocka_unit_test(a_profile_that_mounts_goes_without_landlock_s_rules_for_files),
        cmocka_unit_test(as_many_paths_as_fit_are_taken_and_one_more_is_refused),
        cmocka_unit_test(as_long_paths_as_fit_are_taken_and_one_byte_more_is_refused),
    };

    bpf_let_libseccomp_work();
    return cmocka_run_group_tests(tests, NULL, forget_last);
}
