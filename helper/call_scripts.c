/*
 * The middle of a call: its scripts are found, and run one after the other. Helper. What they print
 * is opaque.
 *
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */
#include "call_state.h"

#include "cleanup.h"
#include "clock.h"
#include "linger.h"
#include "reason.h"
#include "tmp.h"

#include <stdio.h>
#include <string.h>

/* A call's id: 16 digits of the instance, a hyphen, 20 digits at the most. */
#define CALL_ID_SIZE 40

static void run_scripts(struct call *call);

static bool is_event(const struct call *call)
{
    return call_request(call)->class == CLASS_EVENT;
}

void call_note_time_out(struct call *call)
{
    results_add_problem(
        &call->results, REASON_TIMED_OUT, "the call's deadline of %g s passed %s; see %s in %s",
        (double)call_time(call) / 1000,
        call->started_ms ? "before all its scripts could run"
                         : "while it waited for earlier calls to end",
        is_event(call) ? "events_deadline" : "deadline", call->helper->options.config);
}

static void take_output(struct call *call, struct run_result *result)
{
    if (result->output_memfd < 0)
        return;
    close_fd(&call->output_fd);
    call->output_fd = take_fd(&result->output_memfd);
    call->output_bytes = result->stdout_bytes;
}

static void note_run(struct call *call, struct run_result *result)
{
    struct outcome_words words = {
        .config = call->helper->options.config,
        .deadline_ms = call_time(call),
        .output_max = call->helper->config->output_max,
        .event = is_event(call),
    };

    results_add_run(&call->results, call->found.scripts[call->next_script].path, &call->file,
                    result, &words);
    call->results.scripts[call->results.script_count - 1].retries = call->choice.retries;
}

/*
 * The guest's own /tmp lasts from call to call, until its last operation. Events have no last one:
 * each of their scripts has a fresh one.
 */
static int take_tmp(const struct call *call, const struct sandbox *sandbox, char **ret_name)
{
    const struct helper *helper = call->helper;
    const struct tmp_owner owner = {
        .driver = call_request(call)->driver,
        .object = call_request(call)->object,
        .uid = sandbox->uid,
    };

    if (is_event(call) || sandbox->tmp_size == 0 || helper->space.mount_ns_fd < 0)
        return 0;
    return tmp_take(helper->config->guest_tmp, &owner, ret_name);
}

/* What the script left behind may live on; the call goes on without it. */
static void leave_run(struct call *call)
{
    struct run *run = take_pointer(&call->run);
    const struct message_script *script = &call->results.scripts[call->results.script_count - 1];

    if (run_lingers(run))
        linger_take(call->helper, run, &call->record, script->path, script->profile);
    else
        run_free(run);
}

/* As libvirt chains them: after a failure the next script gets the original input again. */
static void script_done(void *owner)
{
    struct call *call = owner;
    struct run_result *result = run_get_result(call->run);
    bool last = result->timed_out || result->cancelled;

    note_run(call, result);
    if (results_last_is_good(&call->results))
        take_output(call, result);
    else
        close_fd(&call->output_fd);
    leave_run(call);
    environment_clear(&call->environment);
    call->next_script++;
    if (last)
        call_finish(call);
    else
        run_scripts(call);
}

static int make_environment(struct call *call, const char *path, const struct sandbox *sandbox)
{
    const struct environment_user user = {
        .name = sandbox->user,
        .home = sandbox->home,
        .session = call->helper->host.session,
    };
    char id[CALL_ID_SIZE];

    snprintf(id, sizeof(id), "%s-%llu", audit_instance(call->helper->audit),
             (unsigned long long)call->record.number);
    return environment_make(&user, path, id, call_request(call), &call->environment);
}

/* A script's own time, within the call's. */
static uint64_t script_deadline(const struct call *call)
{
    const struct call_choice *choice = &call->choice;
    uint64_t time = choice->timeout_ms ? choice->timeout_ms : choice->sandbox->time_ms;
    uint64_t own = time ? clock_add_ms(clock_now_ms(), time) : CLOCK_NEVER;

    return own < call->deadline_ms ? own : call->deadline_ms;
}

static int start_script(struct call *call, const char *path)
{
    const struct sandbox *sandbox = call->choice.sandbox;
    const struct message_call *request = call_request(call);
    const struct config *config = call->helper->config;
    struct run_job job = {
        .sandbox = sandbox,
        .cgroups = &call->helper->cgroups,
        .stdin_memfd = call->output_fd >= 0 ? call->output_fd : call->stdin_fd,
        .filter = name_is_filter(request->driver, request->operation),
        .output_max = config->output_max,
        .output_kept = config->output_kept,
        .grace_ms = config->grace_ms,
        .net_ns_fd = sandbox->shares_network ? call->helper->space.net_ns_fd : -EBADF,
    };
    auto_free char *tmp_name = NULL;
    char tmp_option[TMP_OPTIONS_SIZE];
    struct spawn_tmp tmp = {.mount_ns_fd = call->helper->space.mount_ns_fd, .options = tmp_option};
    int r = make_environment(call, path, sandbox);

    if (r == 0)
        r = take_tmp(call, sandbox, &tmp_name);
    if (r < 0) {
        environment_clear(&call->environment);
        return r;
    }
    script_file_look(path, &call->file);
    tmp_options(sandbox->tmp_size, tmp_option);
    tmp.path = tmp_name;
    job.tmp = tmp_name ? &tmp : NULL;
    job.deadline_ms = script_deadline(call);
    job.job = (struct job){
        .path = path,
        .argv = call->environment.argv,
        .envp = call->environment.envp,
    };
    r = run_start(call->helper->loop, &call->helper->spawn, &job, script_done, call, &call->run);
    if (r < 0)
        environment_clear(&call->environment);
    return r;
}

/* Starts a script, or notes why it cannot be; returns whether it runs. */
static bool try_script(struct call *call, const struct script *script)
{
    const char *problem = script->problem;
    int r;

    call->choice = call_choose(call, script->path);
    if (!problem && !call->choice.sandbox)
        problem = "the profile that was asked for is no longer in the configuration";
    if (!problem) {
        r = start_script(call, script->path);
        if (r == 0)
            return true;
        problem = strerror(-r);
    }
    results_add_not_run(&call->results, script->path, problem);
    return false;
}

/* Starts the next script that can be; returns false where none is left. */
static bool start_next(struct call *call)
{
    for (; call->next_script < call->found.count; call->next_script++) {
        if (call->cancelled) {
            call_note_cancel(call);
            return false;
        }
        if (clock_now_ms() >= call->deadline_ms) {
            call_note_time_out(call);
            return false;
        }
        if (try_script(call, &call->found.scripts[call->next_script]))
            return true;
    }
    return false;
}

static void run_scripts(struct call *call)
{
    if (!start_next(call))
        call_finish(call);
}

static void note_not_found(struct call *call, int error)
{
    const char *driver = call_request(call)->driver;

    if (error < 0)
        results_add_problem(&call->results, REASON_NOT_RUNNABLE,
                            "the scripts of %s cannot be looked for: %s", driver, strerror(-error));
    else
        results_add_problem(&call->results, REASON_NOT_RUNNABLE,
                            "there are more than %d scripts of %s: remove some",
                            PROTOCOL_SCRIPTS_MAX, driver);
}

void call_start(struct order_entry *entry)
{
    struct call *call = container_of(entry, struct call, entry);
    struct results results;
    int r;

    loop_disarm(&call->timer);
    call->started_ms = clock_now_ms();
    script_list_clear(&call->found);
    r = call_find_scripts(call, &call->found);
    if (r == 0)
        r = results_init(&results, call->found.count);
    if (r != 0) {
        note_not_found(call, r);
        call_finish(call);
        return;
    }
    results_clear(&call->results);
    call->results = results;
    run_scripts(call);
}
