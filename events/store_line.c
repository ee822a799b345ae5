/*
 * The state file's lines, made and read. virteventd. What is read may be damaged.
 *
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */
#include "store_line.h"

#include "cleanup.h"
#include "json_read.h"
#include "object.h"

#include <errno.h>
#include <inttypes.h>
#include <limits.h>
#include <stdio.h>
#include <string.h>

#define JSON_FLAGS (JSON_C_TO_STRING_PLAIN | JSON_C_TO_STRING_NOSLASHESCAPE)

#define FORMAT_VERSION 1

#define EVENT_START "{\"event\":"
#define EVENT_END   "}"

static char *line_of(struct json_object *object)
{
    const char *text = object ? json_object_to_json_string_ext(object, JSON_FLAGS) : NULL;
    char *line;

    return text && asprintf(&line, "%s\n", text) >= 0 ? line : NULL;
}

char *store_line_head(const struct ledger *ledger)
{
    char *line;

    return asprintf(&line, "{\"virteventd\":%d,\"prefix\":\"%s\"}\n", FORMAT_VERSION,
                    ledger->prefix) < 0
               ? NULL
               : line;
}

char *store_line_next(const struct ledger *ledger)
{
    char *line;

    return asprintf(&line, "{\"next\":%" PRIu64 "}\n", ledger->next) < 0 ? NULL : line;
}

/* The document is kept byte for byte. */
char *store_line_event(const struct delivery *delivery)
{
    char *line;

    return asprintf(&line, EVENT_START "%s" EVENT_END "\n", delivery->document) < 0 ? NULL : line;
}

char *store_line_done(uint64_t sequence)
{
    char *line;

    return asprintf(&line, "{\"done\":%" PRIu64 "}\n", sequence) < 0 ? NULL : line;
}

/* Adds an empty object or list under a key; it stays the parent's. NULL where memory is short. */
static struct json_object *add_below(struct json_object *parent, const char *key,
                                     struct json_object *value)
{
    return parent && object_add(parent, key, value) ? value : NULL;
}

static bool add_script(struct json_object *list, const struct delivery_retry *retry)
{
    auto_json struct json_object *one = json_object_new_object();

    return one && object_add_text(one, "script", retry->script) &&
           object_add_number(one, "left", retry->left) && object_append(list, json_object_get(one));
}

char *store_line_retry(const struct delivery *delivery)
{
    auto_json struct json_object *line = json_object_new_object();
    struct json_object *retry = add_below(line, "retry", json_object_new_object());
    struct json_object *scripts = add_below(retry, "scripts", json_object_new_array());

    if (!scripts || !object_add_number(retry, "sequence", delivery->sequence) ||
        !object_add_number(retry, "attempt", delivery->attempt) ||
        !object_add_number(retry, "rounds", delivery->rounds))
        return NULL;
    for (size_t i = 0; i < delivery->retry_count; i++) {
        if (!add_script(scripts, &delivery->retries[i]))
            return NULL;
    }
    return line_of(line);
}

static bool add_state(struct json_object *list, const struct state *state)
{
    auto_json struct json_object *one = json_object_new_object();

    return one && object_add_text(one, "kind", state->kind) &&
           object_add_text(one, "name", state->name) && object_add_text(one, "uuid", state->uuid) &&
           object_add_boolean(one, "active", state->active) &&
           object_add_boolean(one, "transient", state->transient) &&
           object_append(list, json_object_get(one));
}

char *store_line_states(const char *uri, const struct states *states)
{
    auto_json struct json_object *line = json_object_new_object();
    struct json_object *all = add_below(line, "states", json_object_new_object());
    struct json_object *objects = add_below(all, "objects", json_object_new_array());

    if (!objects || !object_add_text(all, "uri", uri))
        return NULL;
    for (size_t i = 0; i < states->count; i++) {
        if (!states->list[i].gone && !add_state(objects, &states->list[i]))
            return NULL;
    }
    return line_of(line);
}

static bool is_prefix(const char *text)
{
    return strlen(text) == DELIVERY_PREFIX_SIZE - 1 &&
           strspn(text, "0123456789abcdef") == DELIVERY_PREFIX_SIZE - 1;
}

static int read_head(struct ledger *ledger, struct json_object *line)
{
    const char *prefix;
    uint64_t version;

    if (!json_read_number(line, "virteventd", FORMAT_VERSION, FORMAT_VERSION, &version) ||
        !json_read_text(line, "prefix", &prefix) || !is_prefix(prefix) || ledger->prefix[0])
        return -EBADMSG;
    memcpy(ledger->prefix, prefix, DELIVERY_PREFIX_SIZE);
    return 0;
}

static int read_next(struct ledger *ledger, struct json_object *line)
{
    uint64_t next;

    if (!json_read_number(line, "next", 1, UINT64_MAX, &next))
        return -EBADMSG;
    if (next > ledger->next)
        ledger->next = next;
    return 0;
}

static int read_done(struct ledger *ledger, struct json_object *line)
{
    struct ledger_entry *entry;
    uint64_t sequence;

    if (!json_read_number(line, "done", 1, UINT64_MAX, &sequence))
        return -EBADMSG;
    entry = ledger_find(ledger, sequence);
    if (entry)
        ledger_set_done(ledger, entry);
    return 0;
}

static int read_state(struct states *states, struct json_object *one)
{
    const char *kind, *name, *uuid;
    bool active, transient;

    if (!json_read_text(one, "kind", &kind) || !json_read_text(one, "name", &name) ||
        !json_read_text(one, "uuid", &uuid) || !json_read_boolean(one, "active", &active) ||
        !json_read_boolean(one, "transient", &transient) || strlen(uuid) >= STATE_UUID_SIZE ||
        !ledger_kind(kind))
        return -EBADMSG;
    return states_put(states, ledger_kind(kind), uuid, name, active, transient);
}

static int read_states(struct ledger *ledger, struct json_object *all)
{
    struct states read = {.known = true}, *states;
    struct json_object *objects;
    const char *uri;
    int r = 0;

    if (!json_read_text(all, "uri", &uri) || !json_read_list(all, "objects", &objects))
        return -EBADMSG;
    for (size_t i = 0; r == 0 && i < json_object_array_length(objects); i++)
        r = read_state(&read, json_object_array_get_idx(objects, i));
    states = r == 0 ? ledger_states(ledger, uri) : NULL;
    if (!states) {
        states_clear(&read);
        return r < 0 ? r : -ENOMEM;
    }
    states_clear(states);
    *states = read;
    return 0;
}

/* It is read whole already now: at the end nothing can be wrong with it any more. */
static int read_retry(struct ledger *ledger, const char *text, size_t size, struct ledger_line line)
{
    struct delivery *probe = calloc(1, sizeof(*probe));
    int r = probe ? store_line_read_retry(text, size, probe) : -ENOMEM;
    struct ledger_entry *entry = r == 0 ? ledger_find(ledger, probe->sequence) : NULL;

    if (entry)
        ledger_set_retry(ledger, entry, line);
    delivery_free(probe);
    return r;
}

static bool is_event(const char *text, size_t size)
{
    return size > strlen(EVENT_START EVENT_END) &&
           memcmp(text, EVENT_START, strlen(EVENT_START)) == 0 &&
           memcmp(text + size - strlen(EVENT_END), EVENT_END, strlen(EVENT_END)) == 0;
}

static int take_event(struct ledger *ledger, const char *text, size_t size, struct ledger_line line)
{
    struct delivery *delivery;
    int r = store_line_read_event(text, size, &delivery);

    if (r < 0)
        return r;
    r = ledger_add(ledger, delivery, line);
    delivery_free(delivery);
    return r == -EINVAL ? -EBADMSG : r;
}

int store_line_read(struct ledger *ledger, const char *text, size_t size, struct ledger_line line)
{
    auto_json struct json_object *object = NULL;
    struct json_object *states;

    if (is_event(text, size))
        return take_event(ledger, text, size, line);
    object = json_read_object(text, size);
    if (!object)
        return -EBADMSG;
    if (json_object_object_get_ex(object, "virteventd", NULL))
        return read_head(ledger, object);
    if (json_object_object_get_ex(object, "next", NULL))
        return read_next(ledger, object);
    if (json_object_object_get_ex(object, "done", NULL))
        return read_done(ledger, object);
    if (json_object_object_get_ex(object, "retry", NULL))
        return read_retry(ledger, text, size, line);
    if (json_object_object_get_ex(object, "states", &states))
        return read_states(ledger, states);
    return -EBADMSG;
}

int store_line_read_event(const char *text, size_t size, struct delivery **ret_delivery)
{
    if (!is_event(text, size))
        return -EBADMSG;
    return delivery_parse(text + strlen(EVENT_START), size - strlen(EVENT_START EVENT_END),
                          ret_delivery);
}

static int take_script(struct delivery *delivery, struct json_object *one)
{
    const char *script;
    uint64_t left;

    if (!json_read_text(one, "script", &script) ||
        !json_read_number(one, "left", 1, UINT_MAX, &left))
        return -EBADMSG;
    return delivery_add_retry(delivery, script, (unsigned int)left);
}

int store_line_read_retry(const char *text, size_t size, struct delivery *delivery)
{
    auto_json struct json_object *line = json_read_object(text, size);
    struct json_object *retry = line ? json_object_object_get(line, "retry") : NULL;
    struct json_object *scripts;
    uint64_t attempt, rounds;
    int r = 0;

    if (!json_read_list(retry, "scripts", &scripts) ||
        !json_read_number(retry, "sequence", 1, UINT64_MAX, &delivery->sequence) ||
        !json_read_number(retry, "attempt", 2, UINT_MAX, &attempt) ||
        !json_read_number(retry, "rounds", 0, UINT_MAX, &rounds))
        return -EBADMSG;
    delivery->attempt = (unsigned int)attempt;
    delivery->rounds = (unsigned int)rounds;
    for (size_t i = 0; r == 0 && i < json_object_array_length(scripts); i++)
        r = take_script(delivery, json_object_array_get_idx(scripts, i));
    return r;
}
