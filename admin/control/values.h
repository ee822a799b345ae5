/*
 * What a helper's status says, key by key. Admin's process. The object may be anything: a key that
 * is missing, or of another type, is one that was not told.
 *
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */
#pragma once

#include <json-c/json.h>
#include <stddef.h>
#include <stdint.h>

/* The value under a key, which stays the object's; NULL where there is none. */
struct json_object *value_of(struct json_object *object, const char *key);

/* The array under a key; NULL where there is none. */
struct json_object *value_list(struct json_object *object, const char *key);

/* How many it holds; 0 for NULL. */
size_t value_count(const struct json_object *list);

/* The number under a key, 0 where there is none. */
uint64_t value_number(struct json_object *object, const char *key);

/* The text of a value, made safe for a terminal, "-" where there is none; the caller frees it. NULL
 * where memory is short. */
char *value_text(struct json_object *value);
