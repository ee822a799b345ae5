/*
 * From how scripts ended to a verdict. Helper. The tails of what scripts wrote are safe text by
 * now.
 *
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */
#include "verdict.h"

#include "advice.h"
#include "cleanup.h"
#include "reason.h"
#include "text.h"

#include <stdarg.h>
#include <stdio.h>
#include <string.h>

/* Bytes of a script's last line in a sentence: libvirt's own errors are of this size. */
#define LAST_LINE_MAX 300

/* Bytes of what a script was refused in a sentence; the verdict's script has all of it. */
#define REFUSED_MAX 200

bool outcome_is_good(const struct outcome *outcome)
{
    return strcmp(outcome->reason, REASON_OK) == 0;
}

void outcome_clear(struct outcome *outcome)
{
    free(outcome->text);
    *outcome = (struct outcome){};
}

int outcome_of_problem(const char *reason, struct outcome *ret_outcome, const char *format, ...)
{
    struct outcome outcome = {.reason = reason};
    va_list arguments;

    va_start(arguments, format);
    outcome.text = text_compose(format, arguments);
    va_end(arguments);
    if (!outcome.text)
        return -ENOMEM;
    *ret_outcome = outcome;
    return 0;
}

/* What the script said last, as the end of a sentence; an empty string where it said nothing. */
static char *said_last(const struct run_result *result)
{
    const char *text = result->stderr_tail && *result->stderr_tail ? result->stderr_tail : "";
    auto_free char *line = text_last_line(text, strlen(text), LAST_LINE_MAX);
    char *end;

    if (!line)
        return NULL;
    if (asprintf(&end, "%s%s", *line ? ": " : "", line) < 0)
        return NULL;
    return end;
}

static int outcome_of_time_out(const char *path, const struct outcome_words *words,
                               struct outcome *ret_outcome)
{
    return outcome_of_problem(
        REASON_TIMED_OUT, ret_outcome,
        "%s was not done within its deadline of %g s and was ended; make it faster, or give it "
        "time by %s in %s",
        path, (double)words->deadline_ms / 1000,
        words->event ? "an event section with a longer timeout" : "a rule with a longer deadline",
        words->config);
}

static int outcome_of_end(const char *path, const struct run_result *result,
                          struct outcome *ret_outcome)
{
    auto_free char *last = said_last(result);

    if (!last)
        return -ENOMEM;
    if (result->signal)
        return outcome_of_problem(REASON_SIGNAL, ret_outcome, "%s was ended by signal %d (%s)%s",
                                  path, result->signal, strsignal(result->signal), last);
    return outcome_of_problem(REASON_EXIT_STATUS, ret_outcome, "%s exited with status %d%s", path,
                              result->exit_status, last);
}

static int outcome_without_refusals(const char *path, const struct run_result *result,
                                    const struct outcome_words *words, struct outcome *ret_outcome)
{
    if (result->cancelled)
        return outcome_of_problem(REASON_CANCELLED, ret_outcome,
                                  "%s was ended since the call was cancelled", path);
    if (result->timed_out)
        return outcome_of_time_out(path, words, ret_outcome);
    if (result->problem)
        return outcome_of_problem(REASON_NOT_RUNNABLE, ret_outcome, "%s: %s", path,
                                  result->problem);
    if (result->output_over)
        return outcome_of_problem(REASON_OUTPUT_LIMIT, ret_outcome,
                                  "%s printed %llu bytes of new XML, and the limit is %llu; see "
                                  "output_max in %s",
                                  path, (unsigned long long)result->stdout_bytes,
                                  (unsigned long long)words->output_max, words->config);
    if (result->exit_status != 0)
        return outcome_of_end(path, result, ret_outcome);
    *ret_outcome = (struct outcome){.reason = REASON_OK};
    return 0;
}

/* Takes `*text` and makes it longer; on failure it stays as it is. */
static int append(char **text, const char *format, ...) __attribute__((format(printf, 2, 3)));

static int append(char **text, const char *format, ...)
{
    auto_free char *more = NULL;
    va_list arguments;
    char *longer;

    va_start(arguments, format);
    more = text_compose(format, arguments);
    va_end(arguments);
    if (!more || asprintf(&longer, "%s%s", *text, more) < 0)
        return -ENOMEM;
    free(*text);
    *text = longer;
    return 0;
}

static int append_refusals(const struct run_result *result, char **text)
{
    auto_free char *list = text_list_lines(result->denied, REFUSED_MAX);

    if (!list)
        return -ENOMEM;
    return append(text, "; its profile %s refused it: %s", result->profile, list);
}

/* What the admin needs to see first of all, in virsh's error too: what kept a script from its work.
 */
static int append_confinement(const struct run_result *result, const struct outcome_words *words,
                              char **text)
{
    bool about_files = advice_is_about_files(result);
    int r = 0;

    if (result->denied)
        r = append_refusals(result, text);
    if (r == 0 && about_files)
        r = append(text,
                   "; its profile %s hides files and keeps others read-only: see hidden, readable "
                   "and writable of profiles in %s",
                   result->profile, words->config);
    if (r == 0 && !result->denied && !about_files)
        r = append(text, "; it ran under the profile %s", result->profile);
    return r;
}

int outcome_of_run(const char *path, const struct run_result *result,
                   const struct outcome_words *words, struct outcome *ret_outcome)
{
    struct outcome outcome;
    int r = outcome_without_refusals(path, result, words, &outcome);

    if (r < 0)
        return r;
    if (outcome.text && advice_is_confined(result))
        r = append_confinement(result, words, &outcome.text);
    if (r < 0) {
        outcome_clear(&outcome);
        return r;
    }
    *ret_outcome = outcome;
    return 0;
}

static enum failure_answer ask_policy(const struct failure_policy *policy, const char *driver,
                                      const char *operation, const char *reason)
{
    enum failure_kind kind = strcmp(reason, REASON_EXIT_STATUS) == 0 ? FAILURE_EXIT : FAILURE_OTHER;

    return failure_policy_answer(policy, driver, operation, kind);
}

static int decide_good(size_t count, struct decision *ret_decision)
{
    struct decision decision = {.allow = true, .reason = count ? REASON_OK : REASON_NO_SCRIPT};
    int size;

    if (count == 0)
        size = asprintf(&decision.message, "there is no script to run");
    else if (count == 1)
        size = asprintf(&decision.message, "the script exited with status 0");
    else
        size = asprintf(&decision.message, "all %zu scripts exited with status 0", count);
    if (size < 0)
        return -ENOMEM;
    *ret_decision = decision;
    return 0;
}

static int decide_bad(const struct outcome *outcome, bool allow, const char *operation,
                      struct decision *ret_decision)
{
    struct decision decision = {.allow = allow, .reason = outcome->reason};
    int size;

    if (allow)
        size = asprintf(&decision.message, "%s; the failure policy allows %s all the same",
                        outcome->text, operation);
    else
        size = asprintf(&decision.message, "%s", outcome->text);
    if (size < 0)
        return -ENOMEM;
    *ret_decision = decision;
    return 0;
}

int verdict_of_event(const struct outcome *outcomes, size_t count, struct decision *ret_decision)
{
    struct decision decision = {.allow = true};

    for (size_t i = 0; i < count; i++) {
        if (outcome_is_good(&outcomes[i]))
            continue;
        decision.reason = outcomes[i].reason;
        decision.message = strdup(outcomes[i].text);
        if (!decision.message)
            return -ENOMEM;
        *ret_decision = decision;
        return 0;
    }
    return decide_good(count, ret_decision);
}

int verdict_decide(const struct failure_policy *policy, const char *driver, const char *operation,
                   const struct outcome *outcomes, size_t count, struct decision *ret_decision)
{
    const struct outcome *first_bad = NULL;

    for (size_t i = 0; i < count; i++) {
        if (outcome_is_good(&outcomes[i]))
            continue;
        if (ask_policy(policy, driver, operation, outcomes[i].reason) == FAILURE_DENY)
            return decide_bad(&outcomes[i], false, operation, ret_decision);
        if (!first_bad)
            first_bad = &outcomes[i];
    }
    if (first_bad)
        return decide_bad(first_bad, true, operation, ret_decision);
    return decide_good(count, ret_decision);
}
