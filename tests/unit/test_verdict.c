/*
 * From how scripts ended to a verdict: reasons, sentences, and the policy's word.
 *
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */
#include "cleanup.h"
#include "reason.h"
#include "verdict.h"

#include <setjmp.h>
#include <signal.h>
#include <stdarg.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

static const struct outcome_words words = {
    .config = "/etc/virthook/virthook.conf",
    .deadline_ms = 2500,
    .output_max = 1000,
};

static void assert_outcome(const struct run_result *result, const char *reason, const char *text)
{
    struct outcome outcome;

    assert_int_equal(outcome_of_run("/h/qemu", result, &words, &outcome), 0);
    assert_string_equal(outcome.reason, reason);
    if (text)
        assert_string_equal(outcome.text, text);
    else
        assert_null(outcome.text);
    outcome_clear(&outcome);
}

static void a_script_that_exits_with_0_is_good(void **state)
{
    struct run_result result = {0};

    assert_outcome(&result, REASON_OK, NULL);
}

static void an_exit_status_is_told_with_the_last_line_of_stderr(void **state)
{
    char stderr_tail[] = "first\nno bridge\n \n";
    struct run_result result = {.exit_status = 3, .stderr_tail = stderr_tail};

    assert_outcome(&result, REASON_EXIT_STATUS, "/h/qemu exited with status 3: no bridge");
}

static void a_script_that_said_nothing_has_a_sentence_too(void **state)
{
    char stderr_tail[] = "";
    struct run_result result = {.exit_status = 1, .stderr_tail = stderr_tail};

    assert_outcome(&result, REASON_EXIT_STATUS, "/h/qemu exited with status 1");
    result.stderr_tail = NULL;
    assert_outcome(&result, REASON_EXIT_STATUS, "/h/qemu exited with status 1");
}

static void a_signal_is_told_by_number_and_name(void **state)
{
    char stderr_tail[] = "oops";
    struct run_result result = {.exit_status = -1, .signal = SIGSEGV, .stderr_tail = stderr_tail};

    assert_outcome(&result, REASON_SIGNAL,
                   "/h/qemu was ended by signal 11 (Segmentation fault): oops");
}

/* What was done to a script goes before how it ended because of it. */
static void a_late_script_is_late_however_it_ended(void **state)
{
    struct run_result results[] = {
        {.timed_out = true, .exit_status = 0},
        {.timed_out = true, .exit_status = 1},
        {.timed_out = true, .exit_status = -1, .signal = SIGKILL},
    };

    for (size_t i = 0; i < 3; i++) {
        struct outcome outcome;

        assert_int_equal(outcome_of_run("/h/qemu", &results[i], &words, &outcome), 0);
        assert_string_equal(outcome.reason, REASON_TIMED_OUT);
        assert_non_null(strstr(outcome.text, "deadline of 2.5 s"));
        assert_non_null(strstr(outcome.text, words.config));
        outcome_clear(&outcome);
    }
}

static void a_cancelled_script_is_cancelled_however_it_ended(void **state)
{
    struct run_result result = {.cancelled = true, .timed_out = true, .exit_status = -1};

    assert_outcome(&result, REASON_CANCELLED, "/h/qemu was ended since the call was cancelled");
}

static void a_script_that_did_not_run_says_why(void **state)
{
    char problem[] = "cannot execute it: Exec format error";
    struct run_result result = {.exit_status = -1, .problem = problem};

    assert_outcome(&result, REASON_NOT_RUNNABLE, "/h/qemu: cannot execute it: Exec format error");
}

static void too_much_new_xml_is_told_with_the_limit_and_where_it_is_set(void **state)
{
    struct run_result result = {.output_over = true, .stdout_bytes = 1001};

    assert_outcome(&result, REASON_OUTPUT_LIMIT,
                   "/h/qemu printed 1001 bytes of new XML, and the limit is 1000; see output_max "
                   "in /etc/virthook/virthook.conf");
}

static void an_unkillable_process_that_was_left_makes_no_good_script_bad(void **state)
{
    struct run_result result = {.unkillable = true};

    assert_outcome(&result, REASON_OK, NULL);
}

static void assert_confined_outcome(const char *denied, const char *stderr_tail, const char *text)
{
    struct run_result result = {
        .exit_status = 1,
        .profile = (char *)(uintptr_t) "p",
        .enforced = (char *)(uintptr_t) "user:65534 no-new-privs pid",
        .denied = (char *)(uintptr_t)denied,
        .stderr_tail = (char *)(uintptr_t)stderr_tail,
    };

    assert_outcome(&result, REASON_EXIT_STATUS, text);
}

static void a_confined_failure_names_the_profile(void **state)
{
    assert_confined_outcome(NULL, "no",
                            "/h/qemu exited with status 1: no; it ran under the profile p");
}

static void a_confined_failure_names_what_was_refused(void **state)
{
    assert_confined_outcome(
        "mount\nsocket(AF_INET)", "no",
        "/h/qemu exited with status 1: no; its profile p refused it: mount, socket(AF_INET)");
}

static void a_confined_failure_over_a_file_says_which_keys_of_the_profile_to_look_at(void **state)
{
    assert_confined_outcome(NULL, "/x: Read-only file system\nsorry",
                            "/h/qemu exited with status 1: sorry; its profile p hides files and "
                            "keeps others read-only: see hidden, readable and writable of profiles "
                            "in /etc/virthook/virthook.conf");
}

static void both_are_told(void **state)
{
    assert_confined_outcome("mount", "/x: Permission denied",
                            "/h/qemu exited with status 1: /x: Permission denied; its profile p "
                            "refused it: mount; its profile p hides files and keeps others "
                            "read-only: see hidden, readable and writable of profiles in "
                            "/etc/virthook/virthook.conf");
}

static void a_confined_script_that_is_good_needs_no_words(void **state)
{
    struct run_result result = {
        .profile = (char *)(uintptr_t) "p",
        .enforced = (char *)(uintptr_t) "no-new-privs",
        .denied = (char *)(uintptr_t) "mount",
    };

    assert_outcome(&result, REASON_OK, NULL);
}

/* How the policy below answers: exit, other. */
static const struct {
    const char *operation;
    enum failure_answer on_exit, on_other;
} answers[] = {
    {"both-deny", FAILURE_DENY, FAILURE_DENY},
    {"exit-denies", FAILURE_DENY, FAILURE_ALLOW},
    {"other-denies", FAILURE_ALLOW, FAILURE_DENY},
    {"both-allow", FAILURE_ALLOW, FAILURE_ALLOW},
};

static struct failure_policy make_policy(void)
{
    struct failure_policy policy = {0};

    for (size_t i = 0; i < sizeof(answers) / sizeof(answers[0]); i++) {
        struct failure_rule *rule = &policy.rules[policy.count++];

        strcpy(rule->driver, "*");
        strcpy(rule->operation, answers[i].operation);
        rule->on_exit = answers[i].on_exit;
        rule->on_other = answers[i].on_other;
    }
    return policy;
}

static struct outcome good(void)
{
    return (struct outcome){.reason = REASON_OK};
}

static struct outcome bad(const char *reason, const char *text)
{
    return (struct outcome){.reason = reason, .text = strdup(text)};
}

/* Takes the outcomes' memory. */
static void assert_decision(const char *operation, struct outcome *outcomes, size_t count,
                            bool allow, const char *reason, const char *message)
{
    struct failure_policy policy = make_policy();
    struct decision decision;

    assert_int_equal(verdict_decide(&policy, "qemu", operation, outcomes, count, &decision), 0);
    assert_int_equal(decision.allow, allow);
    assert_string_equal(decision.reason, reason);
    assert_string_equal(decision.message, message);
    free(decision.message);
    for (size_t i = 0; i < count; i++)
        outcome_clear(&outcomes[i]);
}

static void no_script_is_allowed(void **state)
{
    assert_decision("both-deny", NULL, 0, true, REASON_NO_SCRIPT, "there is no script to run");
}

static void good_scripts_are_allowed(void **state)
{
    assert_decision("both-deny", (struct outcome[]){good()}, 1, true, REASON_OK,
                    "the script exited with status 0");
    assert_decision("both-deny", (struct outcome[]){good(), good(), good()}, 3, true, REASON_OK,
                    "all 3 scripts exited with status 0");
}

static void a_failure_is_denied_with_its_sentence(void **state)
{
    assert_decision("both-deny", (struct outcome[]){good(), bad(REASON_EXIT_STATUS, "b failed")}, 2,
                    false, REASON_EXIT_STATUS, "b failed");
}

static void a_failure_that_the_policy_allows_says_so(void **state)
{
    assert_decision("both-allow", (struct outcome[]){bad(REASON_SIGNAL, "a died")}, 1, true,
                    REASON_SIGNAL, "a died; the failure policy allows both-allow all the same");
}

/* Exit status is one kind of failure, everything else the other. */
static void the_kind_of_failure_chooses_the_answer(void **state)
{
    static const char *const others[] = {
        REASON_SIGNAL,    REASON_TIMED_OUT, REASON_NOT_RUNNABLE, REASON_OUTPUT_LIMIT,
        REASON_CANCELLED, REASON_AUDIT,     REASON_INTERNAL,
    };

    for (size_t i = 0; i < sizeof(others) / sizeof(others[0]); i++) {
        assert_decision("other-denies", (struct outcome[]){bad(others[i], "x")}, 1, false,
                        others[i], "x");
        assert_decision("exit-denies", (struct outcome[]){bad(others[i], "x")}, 1, true, others[i],
                        "x; the failure policy allows exit-denies all the same");
    }
    assert_decision("exit-denies", (struct outcome[]){bad(REASON_EXIT_STATUS, "x")}, 1, false,
                    REASON_EXIT_STATUS, "x");
    assert_decision("other-denies", (struct outcome[]){bad(REASON_EXIT_STATUS, "x")}, 1, true,
                    REASON_EXIT_STATUS, "x; the failure policy allows other-denies all the same");
}

static void of_several_failures_the_first_that_is_denied_decides(void **state)
{
    assert_decision("other-denies",
                    (struct outcome[]){bad(REASON_EXIT_STATUS, "a"), good(),
                                       bad(REASON_SIGNAL, "b"), bad(REASON_TIMED_OUT, "c")},
                    4, false, REASON_SIGNAL, "b");
}

static void of_several_that_are_allowed_the_first_is_told(void **state)
{
    assert_decision(
        "both-allow",
        (struct outcome[]){good(), bad(REASON_EXIT_STATUS, "a"), bad(REASON_SIGNAL, "b")}, 3, true,
        REASON_EXIT_STATUS, "a; the failure policy allows both-allow all the same");
}

/* Takes the outcomes' memory. */
static void assert_of_event(struct outcome *outcomes, size_t count, const char *reason,
                            const char *text)
{
    struct decision decision = {0};

    assert_int_equal(verdict_of_event(outcomes, count, &decision), 0);
    assert_true(decision.allow);
    assert_string_equal(decision.reason, reason);
    assert_string_equal(decision.message, text);
    free(decision.message);
    for (size_t i = 0; i < count; i++)
        outcome_clear(&outcomes[i]);
}

static void an_event_is_allowed_whatever_its_scripts_did(void **state)
{
    assert_of_event(NULL, 0, REASON_NO_SCRIPT, "there is no script to run");
    assert_of_event((struct outcome[]){good()}, 1, REASON_OK, "the script exited with status 0");
    assert_of_event(
        (struct outcome[]){good(), bad(REASON_EXIT_STATUS, "a"), bad(REASON_SIGNAL, "b")}, 3,
        REASON_EXIT_STATUS, "a");
    assert_of_event((struct outcome[]){bad(REASON_AUDIT, "full")}, 1, REASON_AUDIT, "full");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_script_that_exits_with_0_is_good),
        cmocka_unit_test(an_exit_status_is_told_with_the_last_line_of_stderr),
        cmocka_unit_test(a_script_that_said_nothing_has_a_sentence_too),
        cmocka_unit_test(a_signal_is_told_by_number_and_name),
        cmocka_unit_test(a_late_script_is_late_however_it_ended),
        cmocka_unit_test(a_cancelled_script_is_cancelled_however_it_ended),
        cmocka_unit_test(a_script_that_did_not_run_says_why),
        cmocka_unit_test(too_much_new_xml_is_told_with_the_limit_and_where_it_is_set),
        cmocka_unit_test(an_unkillable_process_that_was_left_makes_no_good_script_bad),
        cmocka_unit_test(no_script_is_allowed),
        cmocka_unit_test(good_scripts_are_allowed),
        cmocka_unit_test(a_confined_failure_names_the_profile),
        cmocka_unit_test(a_confined_failure_names_what_was_refused),
        cmocka_unit_test(a_confined_failure_over_a_file_says_which_keys_of_the_profile_to_look_at),
        cmocka_unit_test(both_are_told),
        cmocka_unit_test(a_confined_script_that_is_good_needs_no_words),
        cmocka_unit_test(a_failure_is_denied_with_its_sentence),
        cmocka_unit_test(a_failure_that_the_policy_allows_says_so),
        cmocka_unit_test(the_kind_of_failure_chooses_the_answer),
        cmocka_unit_test(of_several_failures_the_first_that_is_denied_decides),
        cmocka_unit_test(of_several_that_are_allowed_the_first_is_told),
        cmocka_unit_test(an_event_is_allowed_whatever_its_scripts_did),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
