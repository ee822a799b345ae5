/*
 * What was changed, or would be, or why not, as one JSON object. Admin's process; names of files
 * may be anything.
 *
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */
#include "cleanup.h"
#include "command.h"
#include "complain.h"
#include "object.h"
#include "show.h"

#include <stdio.h>

static bool add_step(struct json_object *list, const struct shown_step *shown)
{
    struct json_object *item = json_object_new_object();

    return object_append(list, item) && object_add_text(item, "action", shown->action) &&
           object_add_text(item, "path", shown->path) && object_add_text(item, "to", shown->other);
}

static bool add_steps(struct json_object *object, const struct adopt_request *request,
                      const struct steps *steps)
{
    struct json_object *list = json_object_new_array();

    if (!object_add(object, "steps", list))
        return false;
    for (size_t i = 0; i < steps->count; i++) {
        struct shown_step shown = show_step(&steps->list[i], request->shim);

        if (shown.action && !add_step(list, &shown))
            return false;
    }
    return true;
}

/* The names of the drivers that are marked. */
static bool add_drivers(struct json_object *object, const char *key,
                        const bool marked[LIBVIRT_DRIVERS])
{
    struct json_object *list = json_object_new_array();

    if (!object_add(object, key, list))
        return false;
    for (size_t i = 0; i < LIBVIRT_DRIVERS; i++) {
        if (marked[i] && !object_append(list, json_object_new_string(libvirt_drivers[i])))
            return false;
    }
    return true;
}

static bool add_rules(struct json_object *object, const struct adopt_request *request,
                      const struct adopt_rules *rules)
{
    struct json_object *value = json_object_new_object();
    auto_free char *lines = rules_lines(request, rules);

    return lines && object_add(object, "configuration", value) &&
           object_add_text(value, "path", rules->config) &&
           object_add_boolean(value, "in_force", !rules_lack(rules)) &&
           object_add_text(value, "lines", lines);
}

static bool is_done(const struct adopt_request *request, const struct plan *plan,
                    const struct adopt_rules *rules)
{
    return plan && !request->dry_run && !(rules && rules_lack(rules));
}

static bool fill(struct json_object *object, const struct adopt_request *request,
                 const struct plan *plan, const struct adopt_rules *rules)
{
    return object_add_text(object, "command", request->command) &&
           object_add_text(object, "libvirt", request->libvirt) &&
           object_add_text(object, "hooks", request->hooks) &&
           object_add_text(object, "shim", request->shim) &&
           object_add_boolean(object, "dry_run", request->dry_run) &&
           object_add_boolean(object, "done", is_done(request, plan, rules)) &&
           object_add_text(object, "refused", plan ? NULL : *request->refusal) &&
           (!plan || (add_drivers(object, "drivers", plan->taken) &&
                      add_drivers(object, "dispatchers", plan->dispatcher) &&
                      add_drivers(object, "stranded", plan->stranded) &&
                      add_steps(object, request, &plan->steps))) &&
           (!rules || add_rules(object, request, rules));
}

int adopt_show_json(const struct adopt_request *request, const struct plan *plan,
                    const struct adopt_rules *rules)
{
    auto_json struct json_object *object = json_object_new_object();
    const char *text = NULL;

    if (object && fill(object, request, plan, rules))
        text = json_object_to_json_string_ext(object, JSON_C_TO_STRING_PRETTY |
                                                          JSON_C_TO_STRING_NOSLASHESCAPE);
    if (!text || puts(text) < 0 || fflush(stdout) != 0)
        return complain(STATUS_USAGE, request->command, "what was done cannot be shown");
    return 0;
}
