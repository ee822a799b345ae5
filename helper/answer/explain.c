/*
 * What a call would do: its scripts in their order, each with its profile and the rule that gives
 * it; its deadline; what a failure would mean; what is passed over. Helper. The names are the
 * admin's, held to the same as a client's.
 *
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */
#include "cleanup.h"
#include "discover.h"
#include "matter.h"
#include "message.h"
#include "names.h"

#include <stdio.h>
#include <string.h>

/* libvirt's own sub-operation of the operation. */
static const char *usual_sub_operation(const char *driver, const char *operation)
{
    if (strcmp(driver, "daemon") == 0)
        return "-";
    return strcmp(operation, "stopped") == 0 || strcmp(operation, "release") == 0 ? "end" : "begin";
}

static struct discover_names names_of(const struct question *question)
{
    const char *const *names = question->names;

    return (struct discover_names){
        .driver = names[0],
        .object = names[1],
        .operation = names[2],
        .sub_operation = question->name_count > 3 ? names[3]
                                                  : usual_sub_operation(names[0], names[2]),
    };
}

/* NULL where libvirt could make such a call. */
static const char *find_fault(const struct discover_names *names)
{
    if (!name_is_driver(names->driver))
        return "the driver is qemu, network, lxc, libxl, bhyve or daemon";
    if (!name_is_object(names->object))
        return "an object's name is UTF-8 without slash and newline, and not empty";
    if (!name_is_operation(names->operation) || !name_is_operation(names->sub_operation))
        return "operation and sub-operation are words of lower-case letters, digits and hyphens";
    return NULL;
}

/* As calls choose it. */
static bool add_deadline(const struct matter *matter, const struct discover_names *names,
                         struct json_object *object)
{
    const struct rule_names about = {
        .driver = names->driver,
        .object = names->object,
        .operation = names->operation,
    };
    const struct rule *rule = rules_find_deadline(&matter->config->rules, &about);
    uint64_t deadline = rule ? rule->deadline_ms : matter->config->deadline_ms;

    if (matter->question->deadline_ms > 0) {
        rule = NULL;
        deadline = matter->question->deadline_ms;
    }
    return object_add_number(object, "deadline_ms", deadline) &&
           matter_add_rule(object, "deadline_rule", rule, rule ? rule->line : 0);
}

static const char *answer_word(const struct config *config, const struct discover_names *names,
                               enum failure_kind kind)
{
    return failure_policy_answer(&config->failure, names->driver, names->operation, kind) ==
                   FAILURE_ALLOW
               ? "allow"
               : "deny";
}

static bool add_failure(const struct config *config, const struct discover_names *names,
                        struct json_object *object)
{
    struct json_object *failure = json_object_new_object();

    return object_add(object, "failure", failure) &&
           object_add_text(failure, "exit", answer_word(config, names, FAILURE_EXIT)) &&
           object_add_text(failure, "other", answer_word(config, names, FAILURE_OTHER));
}

static bool add_profile(const struct matter *matter, const struct discover_names *names,
                        const char *path, struct json_object *object)
{
    const struct rule_names about = {
        .driver = names->driver,
        .object = names->object,
        .operation = names->operation,
        .script = path,
    };
    const struct rule *rule = rules_find_profile(&matter->config->rules, &about);
    const char *profile = rule ? rule->profile : matter->config->default_profile;

    if (matter->question->profile) {
        rule = NULL;
        profile = matter->question->profile;
    }
    return object_add_text(object, "profile", profile) &&
           matter_add_rule(object, "rule", rule, rule ? rule->profile_line : 0);
}

static bool add_scripts(const struct matter *matter, const struct discover_names *names,
                        const struct script_list *found, struct json_object *object)
{
    struct json_object *list = json_object_new_array();

    if (!object_add(object, "scripts", list))
        return false;
    for (size_t i = 0; i < found->count; i++) {
        const struct script *script = &found->scripts[i];
        struct json_object *item = json_object_new_object();

        if (!object_append(list, item) || !object_add_text(item, "path", script->path) ||
            !object_add_text(item, "problem", script->problem) ||
            !add_profile(matter, names, script->path, item))
            return false;
    }
    return true;
}

static int refuse(struct json_object *object, const char *text)
{
    return object_add_text(object, "error", text) ? 0 : -ENOMEM;
}

static int refuse_search(struct json_object *object, const char *hooks, int error)
{
    auto_free char *text = NULL;
    int length;

    if (error == DISCOVER_E_TOO_MANY)
        length = asprintf(&text,
                          "there are more than %d scripts, or too many files, in %s: "
                          "remove some",
                          PROTOCOL_SCRIPTS_MAX, hooks);
    else
        length = asprintf(&text, "the scripts in %s cannot be looked for: %s", hooks,
                          strerror(-error));
    return length < 0 ? -ENOMEM : refuse(object, text);
}

static bool fill(const struct matter *matter, const struct discover_names *names,
                 const struct script_list *found, struct json_object *object)
{
    const struct question *question = matter->question;
    const struct config *config = matter->config;

    return object_add_text(object, "driver", names->driver) &&
           object_add_text(object, "object", names->object) &&
           object_add_text(object, "operation", names->operation) &&
           object_add_text(object, "sub_operation", names->sub_operation) &&
           object_add_text(object, "config", question->config) &&
           object_add_boolean(object, "config_read", config->path) &&
           object_add_text(object, "hooks", matter->hooks) &&
           object_add_boolean(object, "per_guest_layout", config->per_guest_layout) &&
           object_add_text(object, "profile_asked_for", question->profile) &&
           add_deadline(matter, names, object) && add_failure(config, names, object) &&
           add_scripts(matter, names, found, object) && matter_add_passed_over(object, found);
}

int matter_explain(const struct matter *matter, struct json_object *object)
{
    const struct discover_names names = names_of(matter->question);
    const struct discover_place place = matter_place(matter);
    const char *fault = find_fault(&names);
    struct script_list found = {};
    bool ok;
    int r;

    if (fault)
        return refuse(object, fault);
    if (matter->question->profile &&
        !profile_find(&matter->config->profiles, matter->question->profile))
        return refuse(object, "there is no profile of the name that was given with --profile");
    r = discover_scripts(&place, &names, &found);
    if (r != 0)
        return refuse_search(object, matter->hooks, r);
    ok = fill(matter, &names, &found, object);
    script_list_clear(&found);
    return ok ? 0 : -ENOMEM;
}
