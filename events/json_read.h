/*
 * JSON that was kept, read with care: nothing is taken for what it is not. virteventd.
 *
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */
#pragma once

#include <json-c/json.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/* The caller's; NULL where the text is not one JSON object and nothing else, or memory is short. */
struct json_object *json_read_object(const char *text, size_t size);

/*
 * Members of an object, each false where it has none of that kind. Text has no NUL in it, and
 * belongs to the object.
 */
bool json_read_text(struct json_object *object, const char *key, const char **ret_text);
bool json_read_boolean(struct json_object *object, const char *key, bool *ret_yes);
bool json_read_list(struct json_object *object, const char *key, struct json_object **ret_list);
bool json_read_number(struct json_object *object, const char *key, uint64_t least, uint64_t most,
                      uint64_t *ret_number);
