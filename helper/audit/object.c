/*
 * A JSON object in the making. Helper. The text put in is untrusted: json-c escapes quotes and C0
 * controls; text_escape() does away with the rest that could steer a terminal or look like a line
 * of its own.
 *
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */
#include "object.h"

#include "cleanup.h"
#include "text.h"

#include <errno.h>
#include <string.h>

struct object object_start(void)
{
    struct json_object *json = json_object_new_object();

    return (struct object){.json = json, .failed = !json};
}

struct json_object *object_finish(struct object *object)
{
    if (object->failed) {
        json_object_put(object->json);
        return NULL;
    }
    return object->json;
}

int object_print(struct object *object, char **ret_text, size_t *ret_size)
{
    struct json_object *json = object_finish(object);
    const char *printed = NULL;
    char *text = NULL;
    size_t size = 0;

    if (json)
        printed = json_object_to_json_string_length(
            json, JSON_C_TO_STRING_PLAIN | JSON_C_TO_STRING_NOSLASHESCAPE, &size);
    if (printed)
        text = malloc(size + 2);
    if (text) {
        strcpy(mempcpy(text, printed, size), "\n");
        *ret_text = text;
        *ret_size = size + 1;
    }
    json_object_put(json);
    return text ? 0 : -ENOMEM;
}

void object_put_null(struct object *object, const char *key)
{
    if (!object->failed && json_object_object_add(object->json, key, NULL) < 0)
        object->failed = true;
}

void object_put_value(struct object *object, const char *key, struct json_object *value)
{
    if (!object->failed && value && json_object_object_add(object->json, key, value) == 0)
        return;
    json_object_put(value);
    object->failed = true;
}

void object_put_flag(struct object *object, const char *key, bool flag)
{
    object_put_value(object, key, json_object_new_boolean(flag));
}

void object_put_count(struct object *object, const char *key, uint64_t count)
{
    int64_t value = count > INT64_MAX ? INT64_MAX : (int64_t)count;

    object_put_value(object, key, json_object_new_int64(value));
}

void object_put_known(struct object *object, const char *key, bool known, uint64_t count)
{
    if (known)
        object_put_count(object, key, count);
    else
        object_put_null(object, key);
}

void object_put_word(struct object *object, const char *key, const char *word)
{
    object_put_value(object, key, json_object_new_string(word));
}

void object_put_text(struct object *object, const char *key, const char *text)
{
    auto_free char *safe = NULL;

    if (!text) {
        object_put_null(object, key);
        return;
    }
    safe = text_escape(text, strlen(text), false);
    object_put_value(object, key, safe ? json_object_new_string(safe) : NULL);
}

/* The last `most` bytes of a text, fewer where they would begin inside a character. */
static const char *last_bytes(const char *text, size_t most)
{
    size_t size = strlen(text);

    if (size <= most)
        return text;
    text += size - most;
    while (((unsigned char)*text & 0xc0) == 0x80)
        text++;
    return text;
}

void object_put_tail(struct object *object, const char *key, const char *text, size_t kept)
{
    auto_free char *safe = NULL;

    if (!text) {
        object_put_null(object, key);
        return;
    }
    safe = text_escape(text, strlen(text), true);
    object_put_value(object, key, safe ? json_object_new_string(last_bytes(safe, kept)) : NULL);
}

/* Adds a copy of the part; false where it could not be made or added. */
static bool append_part(struct json_object *list, const char *part, size_t size)
{
    auto_free char *safe = text_escape(part, size, false);
    struct json_object *value = safe ? json_object_new_string(safe) : NULL;

    if (value && json_object_array_add(list, value) == 0)
        return true;
    json_object_put(value);
    return false;
}

void object_put_list(struct object *object, const char *key, const char *text, char separator)
{
    struct json_object *list = json_object_new_array();
    const char separators[] = {separator, '\0'};

    for (const char *part = text; list && part && *part != '\0';) {
        size_t size = strcspn(part, separators);

        if (!append_part(list, part, size))
            object->failed = true;
        part += size + (part[size] == separator);
    }
    object_put_value(object, key, list);
}
