/*
 * What a helper's status says, key by key. Admin's process; who answers at a socket may be anybody
 * who could put it there, so neither types nor texts are trusted.
 *
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */
#include "values.h"

#include "text.h"

#include <string.h>

struct json_object *value_of(struct json_object *object, const char *key)
{
    struct json_object *found = NULL;

    return json_object_object_get_ex(object, key, &found) ? found : NULL;
}

struct json_object *value_list(struct json_object *object, const char *key)
{
    struct json_object *found = value_of(object, key);

    return json_object_is_type(found, json_type_array) ? found : NULL;
}

size_t value_count(const struct json_object *list)
{
    return list ? json_object_array_length(list) : 0;
}

uint64_t value_number(struct json_object *object, const char *key)
{
    return json_object_get_uint64(value_of(object, key));
}

char *value_text(struct json_object *value)
{
    const char *text = value ? json_object_get_string(value) : NULL;

    return text && text[0] ? text_escape(text, strlen(text), false) : strdup("-");
}
