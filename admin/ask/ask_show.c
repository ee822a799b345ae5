/*
 * Parts that answers share, for a person. Admin's process; names of files may be anything.
 *
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */
#include "ask_show.h"

#include "answer.h"
#include "cleanup.h"
#include "table.h"

#include <inttypes.h>
#include <stdio.h>
#include <string.h>

bool ask_is_event(const struct json_object *answer)
{
    return strcmp(answer_text(answer, "class"), "event") == 0;
}

char *ask_say_rule(const struct json_object *rule, bool event, const char *otherwise)
{
    char *text;

    if (!rule)
        return strdup(otherwise);
    if (asprintf(&text, "%s '%s', line %" PRIi64, event ? "event" : "rule",
                 answer_text(rule, "name"), json_object_get_int64(answer_get(rule, "line"))) < 0)
        return NULL;
    return text;
}

int ask_show_pairs(const struct terminal *terminal, const struct json_object *answer,
                   const char *list, const char *title, const char *key)
{
    const struct table_column columns[] = {{.title = title}, {.title = "WHY", .whole = true}};
    auto_table struct table *table = table_new(terminal, columns, 2);
    struct json_object *items;
    size_t count = answer_list(answer, list, &items);
    bool any = false;

    if (!table)
        return -ENOMEM;
    for (size_t i = 0; i < count; i++) {
        const struct json_object *item = json_object_array_get_idx(items, i);

        if (!answer_text(item, key)[0])
            continue;
        if (!any)
            puts("");
        any = true;
        table_put(table, TONE_WARNING, answer_text(item, "path"));
        table_put(table, TONE_PLAIN, answer_text(item, key));
    }
    return table_end(table);
}

bool ask_has_refused(const struct json_object *answer)
{
    struct json_object *list;
    size_t count = answer_list(answer, "scripts", &list);

    for (size_t i = 0; i < count; i++) {
        if (answer_text(json_object_array_get_idx(list, i), "problem")[0])
            return true;
    }
    return false;
}
