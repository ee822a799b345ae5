/*
 * JSON objects, made by helper and virt-hook. Names of files are bytes that anybody with write
 * access chose.
 *
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */
#include "object.h"

#include "cleanup.h"
#include "text.h"

#include <string.h>

void object_free(struct json_object **slot)
{
    json_object_put(*slot);
}

bool object_add(struct json_object *object, const char *key, struct json_object *value)
{
    if (!value)
        return false;
    if (json_object_object_add(object, key, value) == 0)
        return true;
    json_object_put(value);
    return false;
}

bool object_add_null(struct json_object *object, const char *key)
{
    return json_object_object_add(object, key, NULL) == 0;
}

/* NULL where memory is short. */
static struct json_object *new_text(const char *text)
{
    auto_free char *safe = NULL;

    if (text_is_utf8(text, strlen(text)))
        return json_object_new_string(text);
    safe = text_escape(text, strlen(text), false);
    return safe ? json_object_new_string(safe) : NULL;
}

bool object_add_text(struct json_object *object, const char *key, const char *text)
{
    return text ? object_add(object, key, new_text(text)) : object_add_null(object, key);
}

bool object_add_number(struct json_object *object, const char *key, uint64_t number)
{
    return object_add(object, key, json_object_new_uint64(number));
}

bool object_add_boolean(struct json_object *object, const char *key, bool yes)
{
    return object_add(object, key, json_object_new_boolean(yes));
}

bool object_append(struct json_object *list, struct json_object *value)
{
    if (!value)
        return false;
    if (json_object_array_add(list, value) == 0)
        return true;
    json_object_put(value);
    return false;
}

bool object_append_text(struct json_object *list, const char *text)
{
    return object_append(list, new_text(text));
}
