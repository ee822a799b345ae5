/*
 * What configuration and folders say about a call: which scripts, how long, under which profile.
 * Helper. The names come from a peer and were checked by the decoder; they choose, and no more.
 *
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */
#include "call_state.h"

#include "event_choice.h"
#include "virthook-config.h"

#include <unistd.h>

/* Where the scripts of a session's user are looked for; 0 outside sessions. */
static uid_t session_uid(const struct helper *helper)
{
    return helper->host.session ? geteuid() : 0;
}

static struct event_names event_of(const struct message_call *request)
{
    return (struct event_names){
        .kind = request->driver,
        .object = request->object,
        .event = request->operation,
        .detail = request->sub_operation,
    };
}

static int find_hooks(const struct call *call, struct script_list *ret_found)
{
    const struct helper *helper = call->helper;
    const struct message_call *request = call_request(call);
    struct discover_place place = {
        .hooks = helper->options.hooks ? helper->options.hooks : helper->config->hooks,
        .shim = VIRTHOOK_SHIM_PATH,
        .per_guest_layout = helper->config->per_guest_layout,
        .session_uid = session_uid(helper),
    };
    struct discover_names names = {
        .driver = request->driver,
        .object = request->object,
        .operation = request->operation,
        .sub_operation = request->sub_operation,
    };

    return discover_scripts(&place, &names, ret_found);
}

int call_find_scripts(const struct call *call, struct script_list *ret_found)
{
    const struct helper *helper = call->helper;
    const struct message_call *request = call_request(call);
    const struct event_names names = event_of(request);

    if (request->class == CLASS_HOOK)
        return find_hooks(call, ret_found);
    return event_find_scripts(helper->config, &names, request->only, VIRTHOOK_SHIM_PATH,
                              session_uid(helper), ret_found);
}

static uint64_t choose_by_configuration(const struct call *call)
{
    const struct message_call *request = call_request(call);
    const struct config *config = call->helper->config;
    const struct event_names event = event_of(request);
    const struct rule_names names = {
        .driver = request->driver,
        .object = request->object,
        .operation = request->operation,
    };
    const struct event_rule *event_rule;
    const struct rule *rule;

    if (request->class == CLASS_EVENT)
        return event_deadline(config, &event, &event_rule);
    rule = rules_find_deadline(&config->rules, &names);
    return rule ? rule->deadline_ms : config->deadline_ms;
}

uint64_t call_choose_time(const struct call *call)
{
    uint64_t wish = call_request(call)->timeout_ms, own = call->helper->options.deadline_ms;
    uint64_t time = own ? own : choose_by_configuration(call);

    return wish && wish < time ? wish : time;
}

/* Every profile that a rule or section may name was prepared with the configuration. */
static const char *choose_profile_of_hook(const struct call *call, const char *path)
{
    const struct message_call *request = call_request(call);
    const struct rule_names names = {
        .driver = request->driver,
        .object = request->object,
        .operation = request->operation,
        .script = path,
    };
    const struct config *config = call->helper->config;
    const struct rule *rule = rules_find_profile(&config->rules, &names);

    return rule ? rule->profile : config->default_profile;
}

struct call_choice call_choose(const struct call *call, const char *path)
{
    const struct message_call *request = call_request(call);
    const struct event_names names = event_of(request);
    struct call_choice choice = {};
    const char *profile;

    if (request->class == CLASS_EVENT) {
        struct event_choice of_event = event_choose(call->helper->config, &names, path);

        profile = of_event.profile;
        choice.timeout_ms = of_event.timeout_ms;
        choice.retries = of_event.retries;
    } else {
        profile = choose_profile_of_hook(call, path);
    }
    if (request->profile)
        profile = request->profile;
    choice.sandbox = sandbox_find(&call->helper->sandboxes, profile);
    return choice;
}
