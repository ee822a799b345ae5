/*
 * What configuration and folders say about a call: which scripts, how long, under which profile.
 * Helper. The names come from a peer and were checked by the decoder; they choose, and no more.
 *
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */
#include "call_state.h"

#include "virthook-config.h"

#include <unistd.h>

int call_find_scripts(const struct call *call, struct script_list *ret_found)
{
    const struct helper *helper = call->helper;
    const struct message_call *request = call_request(call);
    struct discover_place place = {
        .hooks = helper->options.hooks ? helper->options.hooks : helper->config->hooks,
        .shim = VIRTHOOK_SHIM_PATH,
        .per_guest_layout = helper->config->per_guest_layout,
        .session_uid = helper->host.session ? geteuid() : 0,
    };
    struct discover_names names = {
        .driver = request->driver,
        .object = request->object,
        .operation = request->operation,
        .sub_operation = request->sub_operation,
    };

    return discover_scripts(&place, &names, ret_found);
}

uint64_t call_choose_time(const struct call *call)
{
    const struct message_call *request = call_request(call);
    const struct config *config = call->helper->config;
    const struct rule_names names = {
        .driver = request->driver,
        .object = request->object,
        .operation = request->operation,
    };
    const struct rule *rule = rules_find_deadline(&config->rules, &names);
    uint64_t time = config->deadline_ms;

    if (call->helper->options.deadline_ms)
        time = call->helper->options.deadline_ms;
    else if (rule)
        time = rule->deadline_ms;
    if (request->timeout_ms && request->timeout_ms < time)
        time = request->timeout_ms;
    return time;
}

/* Every profile that a rule may name was prepared with the configuration. */
static const struct sandbox *choose_by_rules(const struct call *call, const char *path)
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

    return sandbox_find(&call->helper->sandboxes, rule ? rule->profile : config->default_profile);
}

const struct sandbox *call_choose_sandbox(const struct call *call, const char *path)
{
    const char *asked_for = call_request(call)->profile;

    return asked_for ? sandbox_find(&call->helper->sandboxes, asked_for)
                     : choose_by_rules(call, path);
}
