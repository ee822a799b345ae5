/*
 * What this helper is doing, and what it enforces. Helper; its input is the helper's own.
 *
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */
#include "status.h"

#include "call_state.h"
#include "capabilities.h"
#include "cleanup.h"
#include "clock.h"
#include "status_clients.h"
#include "undead.h"
#include "virthook-config.h"

#include <cap-ng.h>
#include <inttypes.h>
#include <json-c/json.h>
#include <linux/capability.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

/* Bytes of all notes: escaped, they fit into a packet with all else. */
#define NOTES_SIZE_MAX 8192

/* Bytes of the list of open calls; `open` counts those too that do not fit. */
#define RUNNING_SIZE_MAX 12288

static void add_text(struct json_object *object, const char *key, const char *text)
{
    json_object_object_add(object, key, text ? json_object_new_string(text) : NULL);
}

static void add_number(struct json_object *object, const char *key, uint64_t number)
{
    json_object_object_add(object, key, json_object_new_uint64(number));
}

static void add_boolean(struct json_object *object, const char *key, bool yes)
{
    json_object_object_add(object, key, json_object_new_boolean(yes));
}

static const char *describe_pid_namespace(const struct sandbox_host *host)
{
    if (!host->namespaces)
        return "none";
    return host->user_namespaces ? "through a user namespace" : "with CAP_SYS_ADMIN";
}

static struct json_object *make_class(const struct order *order)
{
    struct json_object *object = json_object_new_object();

    add_number(object, "running", order->running);
    add_number(object, "waiting", order->waiting);
    add_number(object, "slots", order->slots);
    return object;
}

static struct json_object *make_lacks(const struct sandbox_host *host)
{
    struct json_object *array = json_object_new_array();
    struct text_list lacks = {};

    /* Where memory is short, fewer are told; the next one asks again. */
    (void)sandbox_tell_lacks(host, &lacks);
    for (size_t i = 0; i < lacks.count; i++)
        json_object_array_add(array, json_object_new_string(lacks.texts[i]));
    text_list_clear(&lacks);
    return array;
}

/* What holds on this kernel, and what does not. */
static struct json_object *make_enforced(const struct sandbox_host *host)
{
    struct json_object *object = json_object_new_object();

    add_text(object, "pid_namespace", describe_pid_namespace(host));
    add_boolean(object, "own_proc", host->own_proc);
    add_number(object, "landlock", (uint64_t)host->landlock_abi);
    add_text(object, "seccomp", host->notify ? "notify" : "errno");
    add_boolean(object, "pid_max", sandbox_host_counts(host));
    add_boolean(object, "cgroup", host->cgroup);
    add_text(object, "selinux", host->selinux[0] ? host->selinux : NULL);
    json_object_object_add(object, "lacks", make_lacks(host));
    return object;
}

/* Adds as many as fit into the room that is left; returns how many did not. */
static size_t add_notes(struct json_object *array, const struct text_list *notes, size_t *room)
{
    size_t i = 0;

    for (; i < notes->count && strlen(notes->texts[i]) <= *room; i++) {
        *room -= strlen(notes->texts[i]);
        json_object_array_add(array, json_object_new_string(notes->texts[i]));
    }
    return notes->count - i;
}

/* How many more there are is the last one. */
static struct json_object *make_notes(const struct helper *helper)
{
    struct json_object *array = json_object_new_array();
    size_t room = NOTES_SIZE_MAX;
    size_t left = add_notes(array, &helper->sandboxes.notes, &room);
    char more[32];

    left += add_notes(array, &helper->config->notes, &room);
    if (left > 0) {
        snprintf(more, sizeof(more), "and %zu more", left);
        json_object_array_add(array, json_object_new_string(more));
    }
    return array;
}

/* What the helper itself may do, and why. */
static struct json_object *make_privilege(const struct helper *helper)
{
    const struct privilege *privilege = &helper->privilege;
    struct json_object *object = json_object_new_object();
    struct json_object *held = json_object_new_array(), *why = json_object_new_array();
    size_t room = NOTES_SIZE_MAX;

    capng_get_caps_process();
    for (int number = 0; number <= CAP_LAST_CAP; number++) {
        const char *name = capability_name(number);

        if (name && capng_have_capability(CAPNG_PERMITTED, (unsigned int)number))
            json_object_array_add(held, json_object_new_string(name));
    }
    add_notes(why, &privilege->needs.reasons, &room);
    add_number(object, "uid", geteuid());
    json_object_object_add(object, "capabilities", held);
    json_object_object_add(object, "why", why);
    return object;
}

/* Where guests' own /tmp are, and for how long. */
static const char *describe_tmp(const struct helper *helper)
{
    if (helper->space.mount_ns_fd < 0)
        return "none lasts: each script has a fresh one";
    return helper->space.lasts ? "kept over a restart" : "kept until this helper ends";
}

static void add_audit_head(struct json_object *object, const struct audit_log *audit)
{
    auto_free char *head = audit_head(audit);

    add_text(object, "audit_head", head);
}

/* Null where none are sent there. */
static struct json_object *make_copies_to(const struct copies_to *to)
{
    struct json_object *object = to->wanted ? json_object_new_object() : NULL;

    if (object) {
        add_number(object, "sent", to->sent);
        add_number(object, "lost", to->lost);
    }
    return object;
}

static struct json_object *make_copies(const struct copies *copies)
{
    struct json_object *object = json_object_new_object();

    json_object_object_add(object, "journal", make_copies_to(&copies->places[COPIES_JOURNAL]));
    json_object_object_add(object, "syslog", make_copies_to(&copies->places[COPIES_SYSLOG]));
    return object;
}

static const char *describe_state(const struct call *call)
{
    if (call->cancelled)
        return "ending";
    return call->started_ms == 0 ? "queued" : "running";
}

static struct json_object *make_call(const struct call *call)
{
    const struct message_call *request = call_request(call);
    struct json_object *object = json_object_new_object();
    char id[64];

    snprintf(id, sizeof(id), "%s-%" PRIu64, audit_instance(call->helper->audit),
             call->record.number);
    add_text(object, "id", id);
    add_text(object, "driver", request->driver);
    add_text(object, "object", request->object);
    add_text(object, "operation", request->operation);
    add_text(object, "sub_operation", request->sub_operation);
    add_text(object, "state", describe_state(call));
    add_text(object, "script", call->run ? call->found.scripts[call->next_script].path : NULL);
    add_number(object, "elapsed_ms", clock_now_ms() - call->received_ms);
    add_number(object, "deadline_ms", call_time(call));
    return object;
}

/* The open calls, as many as fit. */
static struct json_object *make_running(const struct helper *helper)
{
    struct json_object *array = json_object_new_array();
    size_t room = RUNNING_SIZE_MAX;

    for (const struct call *call = helper->calls; call; call = call->next) {
        struct json_object *told = make_call(call);
        size_t size = strlen(json_object_to_json_string_ext(told, JSON_C_TO_STRING_PLAIN)) + 1;

        if (size > room) {
            json_object_put(told);
            break;
        }
        room -= size;
        json_object_array_add(array, told);
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
    add_number(object, "uptime_ms", clock_now_ms() - helper->started_ms);
    add_boolean(object, "private", helper->options.channel >= 0);
    json_object_object_add(object, "clients", status_clients(helper));
    json_object_object_add(object, "privilege", make_privilege(helper));
    add_text(object, "guest_tmp", describe_tmp(helper));
    add_text(object, "config", helper->config->path);
    add_text(object, "hooks",
             helper->options.hooks ? helper->options.hooks : helper->config->hooks);
    add_text(object, "audit", audit_path(helper->audit));
    add_audit_head(object, helper->audit);
    add_number(object, "audit_lost", audit_lost(helper->audit));
    json_object_object_add(object, "audit_copies", make_copies(&helper->copies));
    add_text(object, "audit_problem", audit_problem(helper->audit));
    add_number(object, "calls", helper->call_number);
    add_number(object, "open", helper->call_count);
    json_object_object_add(object, "hook", make_class(&helper->orders[CLASS_HOOK]));
    json_object_object_add(object, "event", make_class(&helper->orders[CLASS_EVENT]));
    json_object_object_add(object, "running", make_running(helper));
    add_number(object, "lingering", helper->linger_count);
    add_number(object, "unkillable", undead_count());
    json_object_object_add(object, "enforced", make_enforced(&helper->host));
    json_object_object_add(object, "notes", make_notes(helper));
    text = json_object_to_json_string_ext(object, JSON_C_TO_STRING_PLAIN);
    if (text)
        copy = strdup(text);
    json_object_put(object);
    return copy;
}
