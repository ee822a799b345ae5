/*
 * Reading the fields of one msgpack map. Both sides. All input is untrusted; check_bytes() has
 * bounded its counts and lengths.
 *
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */
#include "fields.h"

#include "error.h"
#include "message.h"
#include "text.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

void store_init(struct store *store, size_t size)
{
    memset(store, 0, sizeof(*store));
    store->texts = size;
}

void *store_list(struct store *store, size_t count, size_t size)
{
    store->list = count * size;
    store->block = calloc(1, store->list + store->texts);
    return store->block;
}

/* A copy of the text with a NUL, or NULL where memory is short. */
static char *store_text(struct store *store, const msgpack_object_str *text)
{
    char *copy;

    if (!store->block && !store_list(store, 0, 0))
        return NULL;
    if (text->size >= store->texts - store->used)
        return NULL;
    copy = store->block + store->list + store->used;
    memcpy(copy, text->ptr, text->size);
    copy[text->size] = '\0';
    store->used += text->size + 1;
    return copy;
}

void fields_fail(struct fields *fields, const char *key, int error)
{
    if (fields->error != 0)
        return;
    fields->error = error;
    fields->wrong = key;
}

static bool is_same_key(const msgpack_object_str *a, const msgpack_object_str *b)
{
    return a->size == b->size && memcmp(a->ptr, b->ptr, a->size) == 0;
}

static bool stands_before(const msgpack_object_map *map, size_t index)
{
    for (size_t i = 0; i < index; i++)
        if (is_same_key(&map->ptr[i].key.via.str, &map->ptr[index].key.via.str))
            return true;
    return false;
}

void fields_init(struct fields *fields, const msgpack_object *object, struct store *store)
{
    const msgpack_object_map *map = &object->via.map;

    memset(fields, 0, sizeof(*fields));
    fields->map = map;
    fields->store = store;
    if (object->type != MSGPACK_OBJECT_MAP) {
        fields_fail(fields, NULL, PROTOCOL_E_FIELD);
        return;
    }
    if (map->size > PROTOCOL_KEYS_MAX) {
        fields_fail(fields, NULL, PROTOCOL_E_TOO_MANY);
        return;
    }
    for (size_t i = 0; i < map->size; i++) {
        if (map->ptr[i].key.type != MSGPACK_OBJECT_STR || stands_before(map, i)) {
            fields_fail(fields, NULL, PROTOCOL_E_FIELD);
            return;
        }
    }
}

static const msgpack_object *find(const struct fields *fields, const char *key)
{
    const msgpack_object_str wanted = {.size = (uint32_t)strlen(key), .ptr = key};

    for (size_t i = 0; i < fields->map->size; i++)
        if (is_same_key(&fields->map->ptr[i].key.via.str, &wanted))
            return &fields->map->ptr[i].val;
    return NULL;
}

bool fields_has(const struct fields *fields, const char *key)
{
    return fields->error == 0 && find(fields, key) != NULL;
}

/* The field's value where it is there and of this type; what else there is, is an error. */
static const msgpack_object *take(struct fields *fields, const char *key,
                                  enum fields_presence presence, msgpack_object_type type)
{
    const msgpack_object *value;

    if (fields->error != 0)
        return NULL;
    value = find(fields, key);
    if (!value && presence == OPTIONAL)
        return NULL;
    if (value && value->type == type)
        return value;
    fields_fail(fields, key, PROTOCOL_E_FIELD);
    return NULL;
}

uint64_t fields_uint(struct fields *fields, const char *key, enum fields_presence presence,
                     uint64_t most)
{
    const msgpack_object *value = take(fields, key, presence, MSGPACK_OBJECT_POSITIVE_INTEGER);

    if (!value)
        return 0;
    if (value->via.u64 > most)
        fields_fail(fields, key, PROTOCOL_E_FIELD);
    return value->via.u64;
}

bool fields_bool(struct fields *fields, const char *key, enum fields_presence presence)
{
    const msgpack_object *value = take(fields, key, presence, MSGPACK_OBJECT_BOOLEAN);

    return value && value->via.boolean;
}

/* Whether the bytes can be a text at all: 0 or a PROTOCOL_E_…. */
static int check_text(const msgpack_object_str *text, size_t most)
{
    if (text->size > most)
        return PROTOCOL_E_TOO_LONG;
    if (memchr(text->ptr, '\0', text->size) || !text_is_utf8(text->ptr, text->size))
        return PROTOCOL_E_TEXT;
    return 0;
}

const char *fields_text(struct fields *fields, const char *key, enum fields_presence presence,
                        size_t most)
{
    const msgpack_object *value = take(fields, key, presence, MSGPACK_OBJECT_STR);
    const char *copy;
    int r;

    if (!value)
        return NULL;
    r = check_text(&value->via.str, most);
    if (r != 0) {
        fields_fail(fields, key, r);
        return NULL;
    }
    copy = store_text(fields->store, &value->via.str);
    if (!copy)
        fields_fail(fields, key, -ENOMEM);
    return copy;
}

const char *fields_name(struct fields *fields, const char *key, enum fields_presence presence,
                        size_t most, bool (*is_name)(const char *))
{
    const char *name = fields_text(fields, key, presence, most);

    if (name && !is_name(name))
        fields_fail(fields, key, PROTOCOL_E_NAME);
    return name;
}

const msgpack_object_array *fields_array(struct fields *fields, const char *key, size_t most)
{
    const msgpack_object *value = take(fields, key, OPTIONAL, MSGPACK_OBJECT_ARRAY);

    if (!value)
        return NULL;
    if (value->via.array.size > most) {
        fields_fail(fields, key, PROTOCOL_E_TOO_MANY);
        return NULL;
    }
    return &value->via.array;
}

int fields_copy(const msgpack_object *object, char *buffer, size_t size)
{
    int r;

    if (object->type != MSGPACK_OBJECT_STR)
        return PROTOCOL_E_FIELD;
    r = check_text(&object->via.str, size - 1);
    if (r != 0)
        return r;
    memcpy(buffer, object->via.str.ptr, object->via.str.size);
    buffer[object->via.str.size] = '\0';
    return 0;
}
