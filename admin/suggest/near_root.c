/*
 * Which grants make a script near root: the helper knows. Admin's process; what the helper's binary
 * says is checked, since --helper may name anything.
 *
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */
#include "near_root.h"

#include "answer.h"
#include "cleanup.h"
#include "command.h"
#include "complain.h"
#include "text.h"

#include <stdio.h>
#include <string.h>

/* "KEY VALUE", a line each; the user stands first. The caller frees. */
static char *compose(const struct grants *grants)
{
    char *text = NULL;
    size_t size;
    FILE *stream = open_memstream(&text, &size);
    bool ok;

    if (!stream)
        return NULL;
    for (size_t i = 0; i < grants->count && grants->list[i].key < GRANT_KEYS; i++)
        fprintf(stream, "%s%s %s", i > 0 ? "\n" : "", grant_key_name(grants->list[i].key),
                grants->list[i].value);
    ok = fclose(stream) == 0;
    if (!ok) {
        free(text);
        return NULL;
    }
    return text;
}

static int take(struct json_object *list, struct grants *grants)
{
    for (size_t i = 0; i < grants->count && grants->list[i].key < GRANT_KEYS; i++) {
        struct json_object *item = json_object_array_get_idx(list, i);
        const char *why = json_object_is_type(item, json_type_string) ? json_object_get_string(item)
                                                                      : "";

        if (!why[0])
            continue;
        grants->list[i].near_root = text_escape(why, strlen(why), false);
        if (!grants->list[i].near_root)
            return -ENOMEM;
    }
    return 0;
}

int near_root_find(const struct places *places, struct grants *grants)
{
    auto_answer struct json_object *answer = NULL;
    auto_free char *text = compose(grants);
    const char *names[] = {text, NULL};
    const struct answer_question question = {.word = "near-root", .names = names};
    struct json_object *list = NULL;
    int r;

    if (!text)
        return complain(STATUS_USAGE, "suggest", "it cannot be worked out: %s", strerror(ENOMEM));
    r = answer_ask("suggest", places, &question, &answer);
    if (r != 0)
        return r;
    if (!json_object_object_get_ex(answer, "grants", &list) ||
        !json_object_is_type(list, json_type_array))
        return complain(STATUS_NO_HELPER, "suggest", "the helper's answer has no list of grants");
    if (take(list, grants) < 0)
        return complain(STATUS_USAGE, "suggest", "it cannot be worked out: %s", strerror(ENOMEM));
    return 0;
}
