/*
 * What held a script, in the words of PROTOCOL.md.
 *
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */
#include "describe.h"

#include "message.h"

#include <linux/landlock.h>
#include <sched.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

static const struct sandbox_host host = {.landlock_abi = 7, .notify = true};

static void assert_words(const struct plan *plan, uint64_t clone_flags, uid_t uid,
                         const char *expected)
{
    char *words = sandbox_describe(plan, clone_flags, uid, &host);

    assert_non_null(words);
    assert_string_equal(words, expected);
    free(words);
}

static void an_unconfined_script_has_its_user_and_its_pid_namespace(void **state)
{
    struct plan plan = {0};

    assert_words(&plan, CLONE_NEWPID, 0, "user:0 pid");
}

static void a_confined_script_has_a_word_for_all_that_holds_it(void **state)
{
    struct plan plan = {
        .flags = PLAN_SET_USER | PLAN_SET_CAPS | PLAN_NO_NEW_PRIVS | PLAN_NOTIFY | PLAN_MOUNTS |
                 PLAN_LANDLOCK,
        .filter_count = 100,
        .landlock_fs = LANDLOCK_ACCESS_FS_WRITE_FILE,
        .landlock_scope = 3,
    };

    assert_words(&plan, CLONE_NEWPID | CLONE_NEWNET | CLONE_NEWIPC | CLONE_NEWUTS | CLONE_NEWCGROUP,
                 65534,
                 "user:65534 capabilities:none no-new-privs seccomp:notify landlock:7 mounts "
                 "network:none pid ipc uts cgroup");
}

static void a_list_of_programs_and_the_host_s_processes_have_their_words(void **state)
{
    struct plan plan = {
        .flags = PLAN_LANDLOCK | PLAN_HOST_PIDS,
        .landlock_fs = LANDLOCK_ACCESS_FS_EXECUTE | LANDLOCK_ACCESS_FS_WRITE_FILE,
    };

    assert_words(&plan, CLONE_NEWIPC, 7, "user:7 landlock:7 executable pids:host ipc");
}

static void of_a_permissive_script_nothing_is_said_to_hold_it(void **state)
{
    struct plan plan = {
        .flags = PLAN_SET_USER | PLAN_SET_CAPS | PLAN_NO_NEW_PRIVS | PLAN_NOTIFY | PLAN_MOUNTS |
                 PLAN_LANDLOCK | PLAN_PERMISSIVE,
        .filter_count = 100,
        .landlock_fs = LANDLOCK_ACCESS_FS_EXECUTE,
        .landlock_scope = 3,
    };

    assert_words(&plan, CLONE_NEWPID, 0, "user:0 permissive pid");
}

static void landlock_without_rules_for_files_is_not_said_to_have_them(void **state)
{
    struct plan plan = {.flags = PLAN_LANDLOCK, .landlock_scope = 3};

    assert_words(&plan, CLONE_NEWPID, 0, "user:0 landlock-scopes:7 pid");
}

static void a_filter_without_a_listener_is_said_to_have_none(void **state)
{
    struct plan plan = {.flags = PLAN_NO_NEW_PRIVS, .filter_count = 100};

    assert_words(&plan, CLONE_NEWPID | CLONE_NEWIPC, 65534,
                 "user:65534 no-new-privs seccomp:errno pid ipc");
}

static void capabilities_are_told_by_name_or_else_by_number(void **state)
{
    struct plan plan = {
        .flags = PLAN_SET_CAPS,
        .capabilities = 1ULL << 12 | 1ULL << 21 | 1ULL << 63,
    };

    assert_words(&plan, CLONE_NEWPID, 0, "user:0 capabilities:net_admin,sys_admin,63 pid");
}

static void the_longest_words_fit_into_the_protocol(void **state)
{
    struct plan plan = {.flags = ~PLAN_PERMISSIVE, .filter_count = 1, .capabilities = UINT64_MAX};
    char *words = sandbox_describe(&plan, UINT64_MAX, UINT32_MAX, &host);

    assert_non_null(words);
    assert_true(strlen(words) > 400 && strlen(words) <= PROTOCOL_ENFORCED_MAX);
    free(words);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(an_unconfined_script_has_its_user_and_its_pid_namespace),
        cmocka_unit_test(a_confined_script_has_a_word_for_all_that_holds_it),
        cmocka_unit_test(a_list_of_programs_and_the_host_s_processes_have_their_words),
        cmocka_unit_test(of_a_permissive_script_nothing_is_said_to_hold_it),
        cmocka_unit_test(landlock_without_rules_for_files_is_not_said_to_have_them),
        cmocka_unit_test(a_filter_without_a_listener_is_said_to_have_none),
        cmocka_unit_test(capabilities_are_told_by_name_or_else_by_number),
        cmocka_unit_test(the_longest_words_fit_into_the_protocol),
    };

    return cmocka_run_group_tests_name("describe", tests, NULL, NULL);
}
