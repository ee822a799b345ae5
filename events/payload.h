/*
 * Payloads of events, as JSON objects made in one expression. virteventd. Texts come from guests'
 * definitions and are not trusted.
 *
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */
#pragma once

#include <json-c/json.h>
#include <libvirt/libvirt.h>
#include <stddef.h>

enum field_type { FIELD_TEXT, FIELD_INTEGER, FIELD_UNSIGNED };

struct field {
    const char *name; /* by libvirt's API */
    enum field_type type;
    const char *text;
    long long integer;
    unsigned long long positive;
};

#define TEXT(name_, value)                                   \
    {                                                        \
        .name = (name_), .type = FIELD_TEXT, .text = (value) \
    }
#define INTEGER(name_, value)                                      \
    {                                                              \
        .name = (name_), .type = FIELD_INTEGER, .integer = (value) \
    }
#define POSITIVE(name_, value)                                       \
    {                                                                \
        .name = (name_), .type = FIELD_UNSIGNED, .positive = (value) \
    }

/* An object of these fields, the caller's; a NULL text is null. NULL where memory is short. */
struct json_object *payload_of(const struct field *fields, size_t count);

#define PAYLOAD(...)                                \
    payload_of((const struct field[]){__VA_ARGS__}, \
               sizeof((const struct field[]){__VA_ARGS__}) / sizeof(struct field))

/* An object of typed parameters, in the same way. */
struct json_object *payload_of_parameters(virTypedParameterPtr parameters, int count);
