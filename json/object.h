/*
 * JSON objects, made by helper and virt-hook. Paths may be no UTF-8, and JSON is: such text is
 * escaped as in the audit log.
 *
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */
#pragma once

#include <json-c/json.h>
#include <stdbool.h>
#include <stdint.h>

#define auto_json __attribute__((cleanup(object_free)))

void object_free(struct json_object **slot);

/* Each adds a value under a key; false where memory is short. `value` is owned in any case. */
bool object_add(struct json_object *object, const char *key, struct json_object *value);
bool object_add_text(struct json_object *object, const char *key, const char *text);
bool object_add_number(struct json_object *object, const char *key, uint64_t number);
bool object_add_boolean(struct json_object *object, const char *key, bool yes);
bool object_add_null(struct json_object *object, const char *key);

/* Adds to a list, in the same way. */
bool object_append(struct json_object *list, struct json_object *value);
bool object_append_text(struct json_object *list, const char *text);
