/*
 * A JSON object in the making, with text from outside made harmless. Helper.
 *
 * A failure, which is always of memory, is kept: nothing is checked until the object is finished.
 * Keys are literals.
 *
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */
#pragma once

#include <json-c/json.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct object {
    struct json_object *json; /* owned */
    bool failed;
};

struct object object_start(void);

/* Gives the object, for the caller to own, or NULL where something failed. */
struct json_object *object_finish(struct object *object);

/*
 * Finishes the object and prints it on one line that ends in a newline, which the caller frees; its
 * size does not count the NUL behind. Returns 0 or -ENOMEM.
 */
int object_print(struct object *object, char **ret_text, size_t *ret_size);

void object_put_null(struct object *object, const char *key);

/* Takes over the value; NULL is one that could not be made. */
void object_put_value(struct object *object, const char *key, struct json_object *value);

void object_put_flag(struct object *object, const char *key, bool flag);

/* A whole number; what is over INT64_MAX becomes that. */
void object_put_count(struct object *object, const char *key, uint64_t count);

/* The same, or null where it is not known. */
void object_put_known(struct object *object, const char *key, bool known, uint64_t count);

/* Text of this program's own, known to be plain. */
void object_put_word(struct object *object, const char *key, const char *word);

/* Text from outside, shown as one line; null where it is NULL. */
void object_put_text(struct object *object, const char *key, const char *text);

/*
 * The parts of a text from outside, between separators, as a list of texts; an empty list where it
 * is NULL.
 */
void object_put_list(struct object *object, const char *key, const char *text, char separator);

/*
 * The end of a stream: at most `kept` bytes of harmless text, beginning with a whole character;
 * null where it is NULL.
 */
void object_put_tail(struct object *object, const char *key, const char *text, size_t kept);
