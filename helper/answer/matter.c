/*
 * What several answers say in the same way. Helper.
 *
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */
#include "matter.h"

#include "virthook-config.h"

#include <stdio.h>
#include <string.h>

bool matter_add_rule(struct json_object *object, const char *key, const struct rule *rule,
                     unsigned int line)
{
    struct json_object *value;

    if (!rule)
        return object_add_null(object, key);
    value = json_object_new_object();
    return object_add(object, key, value) && object_add_text(value, "name", rule->name) &&
           object_add_number(value, "line", line);
}

struct discover_place matter_place(const struct matter *matter)
{
    return (struct discover_place){
        .hooks = matter->hooks,
        .shim = VIRTHOOK_SHIM_PATH,
        .per_guest_layout = matter->config->per_guest_layout,
        .session_uid = matter->session_uid,
    };
}

char *matter_survey_problem(const struct matter *matter, int error)
{
    char *text;

    if (asprintf(&text, "the hooks in %s cannot be looked at: %s", matter->hooks,
                 error < 0 ? strerror(-error) : "there are too many in a folder: remove some") < 0)
        return NULL;
    return text;
}
