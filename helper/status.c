/*
 * What this helper is doing, and what it enforces. Helper; its input is the helper's own.
 *
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */
#include "status.h"

#include "undead.h"
#include "virthook-config.h"

#include <json-c/json.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

/* Bytes of all notes: escaped, they fit into a packet with all else. */
#define NOTES_SIZE_MAX 8192

static void add_text(struct json_object *object, const char *key, const char *text)
{
    json_object_object_add(object, key, text ? json_object_new_string(text) : NULL);
}

static void add_number(struct json_object *object, const char *key, uint64_t number)
{
    json_object_object_add(object, key, json_object_new_uint64(number));
}

static const char *describe_pid_namespace(const struct helper *helper)
{
    return helper->spawn.user_namespace ? "through a user namespace" : "with CAP_SYS_ADMIN";
}

static struct json_object *make_class(const struct order *order)
{
    struct json_object *object = json_object_new_object();

    add_number(object, "running", order->running);
    add_number(object, "waiting", order->waiting);
    add_number(object, "slots", order->slots);
    return object;
}

/* What holds on this kernel, and what does not. */
static struct json_object *make_enforced(const struct helper *helper)
{
    struct json_object *object = json_object_new_object();

    add_text(object, "pid_namespace", describe_pid_namespace(helper));
    json_object_object_add(object, "own_proc", json_object_new_boolean(helper->spawn.own_proc));
    return object;
}

/* As many as fit; how many more there are is the last one. */
static struct json_object *make_notes(const struct text_list *notes)
{
    struct json_object *array = json_object_new_array();
    size_t room = NOTES_SIZE_MAX;
    char more[32];

    for (size_t i = 0; i < notes->count; i++) {
        size_t size = strlen(notes->texts[i]);

        if (size > room) {
            snprintf(more, sizeof(more), "and %zu more", notes->count - i);
            json_object_array_add(array, json_object_new_string(more));
            break;
        }
        room -= size;
        json_object_array_add(array, json_object_new_string(notes->texts[i]));
    }
    return array;
}

char *status_json(const struct helper *helper)
{
    struct json_object *object = json_object_new_object();
    const char *text;
    char *copy = NULL;

    if (!object)
        return NULL;
    add_text(object, "version", VIRTHOOK_VERSION);
    add_text(object, "name", helper->options.name);
    add_text(object, "instance", audit_instance(helper->audit));
    add_number(object, "pid", (uint64_t)getpid());
    add_number(object, "uid", geteuid());
    add_text(object, "config", helper->config->path);
    add_text(object, "hooks",
             helper->options.hooks ? helper->options.hooks : helper->config->hooks);
    add_text(object, "audit", audit_path(helper->audit));
    add_number(object, "calls", helper->call_number);
    add_number(object, "open", helper->call_count);
    json_object_object_add(object, "hook", make_class(&helper->orders[CLASS_HOOK]));
    json_object_object_add(object, "event", make_class(&helper->orders[CLASS_EVENT]));
    add_number(object, "unkillable", undead_count());
    json_object_object_add(object, "enforced", make_enforced(helper));
    json_object_object_add(object, "notes", make_notes(&helper->config->notes));
    text = json_object_to_json_string_ext(object, JSON_C_TO_STRING_PLAIN);
    if (text)
        copy = strdup(text);
    json_object_put(object);
    return copy;
}
