/*
 * What came of a call's scripts. Helper. The tails are safe text by now.
 *
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */
#include "results.h"

#include "advice.h"
#include "cleanup.h"
#include "reason.h"
#include "text.h"

#include <stdarg.h>
#include <string.h>

const char results_stuck_text[] =
    "the kernel does not let all of its processes die (state D): they wait for a device or a file "
    "system, and end when it answers";

int results_init(struct results *results, size_t scripts)
{
    struct results made = {
        .scripts = calloc(scripts + 1, sizeof(*made.scripts)),
        .details = calloc(scripts + 1, sizeof(*made.details)),
        .outcomes = calloc(scripts + 1, sizeof(*made.outcomes)),
        .strings = calloc(scripts + 1, sizeof(*made.strings)),
    };

    if (!made.scripts || !made.details || !made.outcomes || !made.strings) {
        results_clear(&made);
        return -ENOMEM;
    }
    *results = made;
    return 0;
}

static void free_strings(struct result_strings *strings)
{
    free(strings->problem);
    free(strings->profile);
    free(strings->denied);
    free(strings->enforced);
    free(strings->observed);
    free(strings->capabilities);
    free(strings->sha256);
    free(strings->stdout_tail);
    free(strings->stderr_tail);
}

void results_clear(struct results *results)
{
    for (size_t i = 0; i < results->script_count; i++)
        free_strings(&results->strings[i]);
    for (size_t i = 0; i < results->outcome_count; i++)
        outcome_clear(&results->outcomes[i]);
    free(results->scripts);
    free(results->details);
    free(results->outcomes);
    free(results->strings);
    *results = (struct results){};
}

static char *describe_problem(struct run_result *result)
{
    if (result->unkillable && !result->problem)
        return strdup(results_stuck_text);
    return take_pointer(&result->problem);
}

static void take_strings(struct run_result *result, struct result_strings *strings)
{
    strings->problem = describe_problem(result);
    strings->profile = take_pointer(&result->profile);
    strings->denied = take_pointer(&result->denied);
    strings->enforced = take_pointer(&result->enforced);
    strings->observed = take_pointer(&result->observed);
    strings->capabilities = take_pointer(&result->capabilities);
    strings->stdout_tail = take_pointer(&result->stdout_tail);
    strings->stderr_tail = take_pointer(&result->stderr_tail);
}

void results_add_run(struct results *results, const char *path, const struct script_file *file,
                     struct run_result *result, const struct outcome_words *words)
{
    struct result_strings *strings = &results->strings[results->script_count];

    /* Where memory is short the list is as it was. */
    (void)advice_add_libvirt(result, words->event);
    (void)outcome_of_run(path, result, words, &results->outcomes[results->outcome_count++]);
    take_strings(result, strings);
    strings->sha256 = file->sha256[0] != '\0' ? strdup(file->sha256) : NULL;
    results->details[results->script_count] = (struct audit_script){
        .uid = result->uid,
        .gid = result->gid,
        .capabilities = strings->capabilities,
        .has_setup = true,
        .setup_ms = result->setup_ms,
        .has_killed = result->has_killed,
        .killed = result->killed,
        .has_usage = result->has_usage,
        .user_ms = result->user_ms,
        .system_ms = result->system_ms,
        .memory_peak_kib = result->memory_peak_kib,
        .has_file = file->known,
        .device = file->device,
        .inode = file->inode,
        .sha256 = strings->sha256,
        .stdout_dropped = result->stdout_dropped,
        .stderr_dropped = result->stderr_dropped,
    };
    results->scripts[results->script_count++] = (struct message_script){
        .path = path,
        .exit_status = result->exit_status,
        .signal = result->signal,
        .timed_out = result->timed_out,
        .problem = strings->problem,
        .profile = strings->profile,
        .denied = strings->denied,
        .enforced = strings->enforced,
        .duration_ms = result->duration_ms,
        .stdout_bytes = result->stdout_bytes,
        .observed = strings->observed,
        .stderr_bytes = result->stderr_bytes,
        .stdout_tail = strings->stdout_tail,
        .stderr_tail = strings->stderr_tail,
    };
}

void results_add_not_run(struct results *results, const char *path, const char *problem)
{
    struct result_strings *strings = &results->strings[results->script_count];

    (void)outcome_of_problem(REASON_NOT_RUNNABLE, &results->outcomes[results->outcome_count++],
                             "%s was not run: %s", path, problem);
    strings->problem = strdup(problem);
    results->scripts[results->script_count++] = (struct message_script){
        .path = path,
        .exit_status = -1,
        .problem = strings->problem,
    };
}

void results_add_problem(struct results *results, const char *reason, const char *format, ...)
{
    auto_free char *text = NULL;
    va_list arguments;

    va_start(arguments, format);
    text = text_compose(format, arguments);
    va_end(arguments);
    results->outcome_count++;
    if (!text)
        return;
    results->outcomes[results->outcome_count - 1] = (struct outcome){.reason = reason,
                                                                     .text = take_pointer(&text)};
}

bool results_last_is_good(const struct results *results)
{
    const struct outcome *last = &results->outcomes[results->outcome_count - 1];

    return last->reason && outcome_is_good(last);
}

bool results_are_short(const struct results *results)
{
    for (size_t i = 0; i < results->outcome_count; i++) {
        if (!results->outcomes[i].reason)
            return true;
    }
    return false;
}
