/*
 * JSON that was kept, read with care. virteventd.
 *
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */
#include "json_read.h"

#include <limits.h>
#include <string.h>

struct json_object *json_read_object(const char *text, size_t size)
{
    struct json_tokener *tokener = size <= INT_MAX ? json_tokener_new() : NULL;
    struct json_object *object;
    bool is_whole;

    if (!tokener)
        return NULL;
    object = json_tokener_parse_ex(tokener, text, (int)size);
    is_whole = json_tokener_get_parse_end(tokener) == size;
    json_tokener_free(tokener);
    if (is_whole && json_object_is_type(object, json_type_object))
        return object;
    json_object_put(object);
    return NULL;
}

/* NULL where the object is none, or has no such member of this type. */
static struct json_object *member(struct json_object *object, const char *key, json_type type)
{
    struct json_object *value;

    return json_object_is_type(object, json_type_object) &&
                   json_object_object_get_ex(object, key, &value) &&
                   json_object_is_type(value, type)
               ? value
               : NULL;
}

bool json_read_text(struct json_object *object, const char *key, const char **ret_text)
{
    struct json_object *value = member(object, key, json_type_string);
    const char *text = value ? json_object_get_string(value) : NULL;

    if (!text || strlen(text) != (size_t)json_object_get_string_len(value))
        return false;
    *ret_text = text;
    return true;
}

bool json_read_boolean(struct json_object *object, const char *key, bool *ret_yes)
{
    struct json_object *value = member(object, key, json_type_boolean);

    if (value)
        *ret_yes = json_object_get_boolean(value);
    return value;
}

bool json_read_list(struct json_object *object, const char *key, struct json_object **ret_list)
{
    struct json_object *value = member(object, key, json_type_array);

    if (value)
        *ret_list = value;
    return value;
}

bool json_read_number(struct json_object *object, const char *key, uint64_t least, uint64_t most,
                      uint64_t *ret_number)
{
    struct json_object *value = member(object, key, json_type_int);
    uint64_t number;

    if (!value || json_object_get_int64(value) < 0)
        return false;
    number = json_object_get_uint64(value);
    if (number < least || number > most)
        return false;
    *ret_number = number;
    return true;
}
