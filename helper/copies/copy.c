/*
 * What a record says in one sentence, and how urgent that is. Helper. See copy.h for what of it is
 * not trusted.
 *
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */
#include "copy.h"

#include "cleanup.h"
#include "reason.h"
#include "text.h"

#include <limits.h>
#include <stdio.h>
#include <string.h>
#include <syslog.h>

const char *copy_value(const struct copy *copy, const char *key)
{
    struct json_object *value = NULL;

    if (!json_object_object_get_ex(copy->record, key, &value) || !value)
        return NULL;
    return json_object_get_string(value);
}

bool copy_is(const struct copy *copy, const char *key, const char *value)
{
    const char *found = copy_value(copy, key);

    return found && strcmp(found, value) == 0;
}

static const char *shown(const struct copy *copy, const char *key)
{
    const char *value = copy_value(copy, key);

    return value ? value : "-";
}

/* "qemu d1 start begin". */
static char *print_call(const struct copy *copy)
{
    char *text;

    if (asprintf(&text, "%s %s %s %s", shown(copy, "driver"), shown(copy, "object"),
                 shown(copy, "operation"), shown(copy, "sub_operation")) < 0)
        return NULL;
    return text;
}

static int print_end(const struct copy *copy, char **ret_text)
{
    auto_free char *call = print_call(copy);
    const char *verdict = copy_value(copy, "verdict");

    if (!call)
        return -ENOMEM;
    return asprintf(ret_text, "%s: %s: %s", verdict ? verdict : "no verdict", call,
                    shown(copy, "message"));
}

static int print_linger(const struct copy *copy, char **ret_text)
{
    auto_free char *call = print_call(copy);

    if (!call)
        return -ENOMEM;
    return asprintf(ret_text, "%s: what %s left running has ended: %s", call, shown(copy, "path"),
                    shown(copy, "ended"));
}

static int print_other(const struct copy *copy, char **ret_text)
{
    if (copy_is(copy, "type", "lost"))
        return asprintf(ret_text, "%s audit records were lost since %s: they could not be written",
                        shown(copy, "count"), shown(copy, "since"));
    if (copy_is(copy, "type", "open"))
        return asprintf(ret_text, "audit log opened by process %s", shown(copy, "pid"));
    return asprintf(ret_text, "audit log closed by process %s: every call has its end",
                    shown(copy, "pid"));
}

static char *make_sentence(const struct copy *copy)
{
    auto_free char *text = NULL;
    int length;

    if (copy_is(copy, "type", "end"))
        length = print_end(copy, &text);
    else if (copy_is(copy, "type", "linger"))
        length = print_linger(copy, &text);
    else
        length = print_other(copy, &text);
    if (length < 0) {
        text = NULL;
        return NULL;
    }
    return text_escape(text, strlen(text), false);
}

/* A call that was allowed although something failed is more than a notice of routine. */
static int find_priority(const struct copy *copy)
{
    static const char *const routine[] = {REASON_OK, REASON_NO_SCRIPT, REASON_DELIVERED};

    if (copy_is(copy, "type", "lost"))
        return LOG_ERR;
    if (copy_is(copy, "type", "linger"))
        return copy_is(copy, "ended", "by-itself") ? LOG_INFO : LOG_NOTICE;
    if (!copy_is(copy, "type", "end"))
        return LOG_INFO;
    if (!copy_is(copy, "verdict", "allow"))
        return LOG_WARNING;
    for (size_t i = 0; i < sizeof(routine) / sizeof(routine[0]); i++)
        if (copy_is(copy, "reason", routine[i]))
            return LOG_INFO;
    return LOG_NOTICE;
}

static char *make_head(const struct copy *copy)
{
    char *text;

    if (asprintf(&text, "%s:%s:%s", shown(copy, "chain"), shown(copy, "seq"), shown(copy, "hash")) <
        0)
        return NULL;
    return text;
}

static struct json_object *parse(const char *line, size_t size)
{
    struct json_tokener *tokener = json_tokener_new();
    struct json_object *record = NULL;

    if (tokener && size <= INT_MAX)
        record = json_tokener_parse_ex(tokener, line, (int)size);
    if (tokener)
        json_tokener_free(tokener);
    if (json_object_is_type(record, json_type_object))
        return record;
    json_object_put(record);
    return NULL;
}

int copy_read(const char *line, size_t size, struct copy *ret_copy)
{
    struct copy copy = {.record = parse(line, size), .line = line, .size = size};

    if (!copy.record)
        return -EINVAL;
    copy.priority = find_priority(&copy);
    copy.sentence = make_sentence(&copy);
    copy.head = make_head(&copy);
    if (!copy.sentence || !copy.head) {
        copy_clear(&copy);
        return -ENOMEM;
    }
    *ret_copy = copy;
    return 0;
}

void copy_clear(struct copy *copy)
{
    json_object_put(copy->record);
    free(copy->sentence);
    free(copy->head);
    *copy = (struct copy){};
}
