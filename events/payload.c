/*
 * Payloads of events, as JSON objects. virteventd. Texts come from guests' definitions and are not
 * trusted.
 *
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */
#include "payload.h"

#include "cleanup.h"
#include "object.h"

#include <stdbool.h>

static bool add_text(struct json_object *object, const char *key, const char *text)
{
    return text ? object_add_text(object, key, text) : object_add_null(object, key);
}

static bool add_field(struct json_object *object, const struct field *field)
{
    switch (field->type) {
    case FIELD_TEXT:
        return add_text(object, field->name, field->text);
    case FIELD_INTEGER:
        return object_add(object, field->name, json_object_new_int64(field->integer));
    case FIELD_UNSIGNED:
        return object_add_number(object, field->name, field->positive);
    }
    return false;
}

struct json_object *payload_of(const struct field *fields, size_t count)
{
    auto_json struct json_object *object = json_object_new_object();

    for (size_t i = 0; object && i < count; i++) {
        if (!add_field(object, &fields[i]))
            return NULL;
    }
    return take_pointer(&object);
}

static bool add_parameter(struct json_object *object, const virTypedParameter *parameter)
{
    switch (parameter->type) {
    case VIR_TYPED_PARAM_INT:
        return object_add(object, parameter->field, json_object_new_int64(parameter->value.i));
    case VIR_TYPED_PARAM_UINT:
        return object_add_number(object, parameter->field, parameter->value.ui);
    case VIR_TYPED_PARAM_LLONG:
        return object_add(object, parameter->field, json_object_new_int64(parameter->value.l));
    case VIR_TYPED_PARAM_ULLONG:
        return object_add_number(object, parameter->field, parameter->value.ul);
    case VIR_TYPED_PARAM_DOUBLE:
        return object_add(object, parameter->field, json_object_new_double(parameter->value.d));
    case VIR_TYPED_PARAM_BOOLEAN:
        return object_add_boolean(object, parameter->field, parameter->value.b);
    case VIR_TYPED_PARAM_STRING:
        return add_text(object, parameter->field, parameter->value.s);
    default:
        return object_add_null(object, parameter->field);
    }
}

struct json_object *payload_of_parameters(virTypedParameterPtr parameters, int count)
{
    auto_json struct json_object *object = json_object_new_object();

    for (int i = 0; object && i < count; i++) {
        if (!add_parameter(object, &parameters[i]))
            return NULL;
    }
    return take_pointer(&object);
}
