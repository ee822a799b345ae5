/*
 * Reading the fields of one msgpack map. Both sides; for decode.c alone.
 *
 * The first error sticks and makes all that follows answer with nothing, so that it is asked for
 * once, after the last field. What is copied goes into one block, see struct store.
 *
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */
#pragma once

#include <msgpack/object.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/*
 * The one block that a decoded message owns: a list, then texts. It is allocated when first used,
 * and its size never depends on more than the packet's bytes and the list's length: a text and its
 * NUL take no more room than the text and its length did in the packet.
 */
struct store {
    char *block;
    size_t list;  /* bytes of the list in front */
    size_t texts; /* bytes of room for texts: the size of the packet */
    size_t used;  /* of that room */
};

/* An empty store for texts from `size` encoded bytes. */
void store_init(struct store *store, size_t size);

/* A zeroed list at the start of the block; before any text. NULL where memory is short. */
void *store_list(struct store *store, size_t count, size_t size);

struct fields {
    const msgpack_object_map *map;
    struct store *store;
    int error;         /* 0, -ENOMEM, or a PROTOCOL_E_… */
    const char *wrong; /* the key of the field with the error, or NULL */
};

enum fields_presence {
    REQUIRED,
    OPTIONAL,
};

/* Looks at `object`, which must be a map of strings to anything, none of them twice. */
void fields_init(struct fields *fields, const msgpack_object *object, struct store *store);

/* Notes an error of the field `key`, unless there was one before. */
void fields_fail(struct fields *fields, const char *key, int error);

bool fields_has(const struct fields *fields, const char *key);

/* A number of at most `most`; 0 where it is absent. */
uint64_t fields_uint(struct fields *fields, const char *key, enum fields_presence presence,
                     uint64_t most);

/* A truth value; false where it is absent. */
bool fields_bool(struct fields *fields, const char *key, enum fields_presence presence);

/* A text of at most `most` bytes, copied into the store; NULL where it is absent. */
const char *fields_text(struct fields *fields, const char *key, enum fields_presence presence,
                        size_t most);

/* A text that `is_name` lets pass. */
const char *fields_name(struct fields *fields, const char *key, enum fields_presence presence,
                        size_t most, bool (*is_name)(const char *));

/* An optional list of at most `most` values; NULL where it is absent. */
const msgpack_object_array *fields_array(struct fields *fields, const char *key, size_t most);

/*
 * Copies a text that stands outside a map to `buffer` of `size` bytes, with a NUL. Returns 0 or a
 * PROTOCOL_E_….
 */
int fields_copy(const msgpack_object *object, char *buffer, size_t size);
