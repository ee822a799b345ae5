/*
 * What a script's own words tell: that it called libvirt back, that it lacked a file.
 *
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */
#include "advice.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#define HIDDEN \
    "Failed to connect socket to '/var/run/libvirt/libvirt-sock': No such file or directory"

static char confined[] = "user:65534 capabilities:none no-new-privs pid";
static char unconfined[] = "user:0 pid";

/* What is in `denied` after it; NULL where it stayed empty. */
static void assert_denied(const char *enforced, const char *before, const char *said,
                          const char *after)
{
    struct run_result result = {
        .enforced = (char *)(uintptr_t)enforced,
        .stderr_tail = (char *)(uintptr_t)said,
        .denied = before ? strdup(before) : NULL,
    };

    assert_int_equal(advice_add_libvirt(&result, false), 0);
    if (after)
        assert_string_equal(result.denied, after);
    else
        assert_null(result.denied);
    free(result.denied);
}

static void what_virsh_says_is_told_as_a_call_back(void **state)
{
    assert_denied(confined, NULL,
                  "error: failed to connect to the hypervisor\nerror: " HIDDEN "\nsorry\n",
                  ADVICE_LIBVIRT);
}

static void the_daemons_of_single_drivers_are_libvirt_too(void **state)
{
    assert_denied(confined, NULL,
                  "Failed to connect socket to '/run/libvirt/virtqemud-sock': No such file or "
                  "directory",
                  ADVICE_LIBVIRT);
}

static void it_comes_after_what_was_refused(void **state)
{
    assert_denied(confined, "mount ×2", HIDDEN, "mount ×2\n" ADVICE_LIBVIRT);
}

static void what_was_said_on_stdout_counts_as_well(void **state)
{
    struct run_result result = {.enforced = confined,
                                .stdout_tail = (char *)(uintptr_t) "error: " HIDDEN};

    assert_int_equal(advice_add_libvirt(&result, false), 0);
    assert_string_equal(result.denied, ADVICE_LIBVIRT);
    free(result.denied);
}

static void an_event_s_script_is_told_of_its_profile_and_of_no_ban(void **state)
{
    struct run_result result = {.enforced = confined,
                                .stderr_tail = (char *)(uintptr_t) "error: " HIDDEN};

    assert_int_equal(advice_add_libvirt(&result, true), 0);
    assert_string_equal(result.denied, ADVICE_LIBVIRT_OF_EVENT);
    free(result.denied);
}

static void what_no_profile_hid_was_not_refused(void **state)
{
    assert_denied(unconfined, NULL, HIDDEN, NULL);
    assert_denied(NULL, NULL, HIDDEN, NULL);
}

static void a_daemon_that_is_down_was_not_hidden(void **state)
{
    assert_denied(confined, NULL,
                  "Failed to connect socket to '/var/run/libvirt/libvirt-sock': Connection refused",
                  NULL);
}

static void other_words_are_no_call_back(void **state)
{
    static const char *const others[] = {
        NULL,
        "",
        "libvirt",
        "Failed to connect socket to '",
        "Failed to connect socket to '/run/libvirt/libvirt-sock",
        "Failed to connect socket to '/run/other-sock': No such file or directory",
        "Failed to connect socket to '/run/x'\n/libvirt/libvirt-sock': No such file or directory",
    };

    for (size_t i = 0; i < sizeof(others) / sizeof(others[0]); i++)
        assert_denied(confined, NULL, others[i], NULL);
}

static void a_file_that_was_hidden_or_read_only_is_told(void **state)
{
    static const char *const words[] = {
        "sh: 1: cannot create /proc/sys/vm/x: Read-only file system",
        "touch: cannot touch '/etc/x': Permission denied\nbye",
        "PermissionError: [Errno 1] Operation not permitted: '/dev/x'",
        "cat: /home/x: No such file or directory",
    };

    for (size_t i = 0; i < sizeof(words) / sizeof(words[0]); i++) {
        struct run_result result = {.enforced = confined,
                                    .stderr_tail = (char *)(uintptr_t)words[i]};

        assert_true(advice_is_about_files(&result));
        result.enforced = unconfined;
        assert_false(advice_is_about_files(&result));
    }
}

static void other_words_are_about_no_file(void **state)
{
    struct run_result result = {.enforced = confined,
                                .stderr_tail = (char *)(uintptr_t) "not enough memory"};

    assert_false(advice_is_about_files(&result));
    result.stderr_tail = NULL;
    assert_false(advice_is_about_files(&result));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(what_virsh_says_is_told_as_a_call_back),
        cmocka_unit_test(the_daemons_of_single_drivers_are_libvirt_too),
        cmocka_unit_test(it_comes_after_what_was_refused),
        cmocka_unit_test(what_was_said_on_stdout_counts_as_well),
        cmocka_unit_test(an_event_s_script_is_told_of_its_profile_and_of_no_ban),
        cmocka_unit_test(what_no_profile_hid_was_not_refused),
        cmocka_unit_test(a_daemon_that_is_down_was_not_hidden),
        cmocka_unit_test(other_words_are_no_call_back),
        cmocka_unit_test(a_file_that_was_hidden_or_read_only_is_told),
        cmocka_unit_test(other_words_are_about_no_file),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
