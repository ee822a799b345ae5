/*
 * virteventd's own configuration: one table says what each key takes. virteventd.
 *
 * The file's owner is trusted, its form is not: the text was looked through by conf/config_text.c,
 * the values are here. Names, ranges and defaults are told in packaging/virteventd.conf.in.
 *
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */
#include "settings.h"

#include "cleanup.h"
#include "config_value.h"
#include "number.h"
#include "session.h"
#include "settings_file.h"
#include "virthook-config.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

enum key_type { KEY_URIS, KEY_PATH, KEY_PATH_OR_NONE, KEY_SECONDS, KEY_COUNT, KEY_BYTES, KEY_FULL };

struct key {
    const char *name;
    enum key_type type;
    size_t offset; /* in struct settings */
    uint64_t least, most, by_default;
    const char *takes; /* for the message */
};

#define AT(member) offsetof(struct settings, member)
#define A_PATH     "a path that starts with /"

static const struct key keys[] = {
    {"uris", KEY_URIS, AT(uris), 0, 0, 0, "URIs of daemons, each once, or none"},
    {"queue_events", KEY_COUNT, AT(queue_events), 1, 1000000, 10000, "a number from 1 to 1000000"},
    {"queue_bytes", KEY_BYTES, AT(queue_bytes), 65536, 1 << 30, 16 << 20, "bytes from 64K to 1G"},
    {"queue_full", KEY_FULL, AT(coalesce), 0, 1, 0, "drop-oldest or coalesce"},
    {"running_max", KEY_COUNT, AT(running_max), 1, 1024, 64, "a number from 1 to 1024"},
    {"retry_first", KEY_SECONDS, AT(retry_first_ms), 10, 3600000, 1000,
     "seconds from 0.01 to 3600"},
    {"retry_most", KEY_SECONDS, AT(retry_most_ms), 10, 86400000, 300000,
     "seconds from 0.01 to 86400"},
    {"stop_time", KEY_SECONDS, AT(stop_ms), 0, 3600000, 30000, "seconds from 0 to 3600"},
    {"state", KEY_PATH, AT(state), 0, 0, 0, A_PATH},
    {"status", KEY_PATH, AT(status), 0, 0, 0, A_PATH},
    {"socket", KEY_PATH_OR_NONE, AT(socket), 0, 0, 0, A_PATH ", or none"},
    {"helper", KEY_PATH_OR_NONE, AT(helper), 0, 0, 0, A_PATH ", or none"},
    {"config", KEY_PATH, AT(config), 0, 0, 0, A_PATH},
};

#define KEYS (sizeof(keys) / sizeof(keys[0]))
_Static_assert(KEYS == SETTINGS_KEYS, "settings_file.h has their number");

/* Those that are looked at together with others. */
enum { RETRY_FIRST = 5, RETRY_MOST = 6, HELPER = 11 };

/* Of which the process has made something that lasts as long as it does. */
static const char *const fixed[] = {"running_max", "state", "status", "socket", "helper", "config"};

const char *settings_key(size_t index)
{
    return index < KEYS ? keys[index].name : NULL;
}

bool settings_key_is_list(size_t index)
{
    return keys[index].type == KEY_URIS;
}

static void *slot_of(const struct settings *settings, const struct key *key)
{
    return (char *)(uintptr_t)settings + key->offset;
}

static size_t find(const char *name)
{
    size_t index = 0;

    while (strcmp(keys[index].name, name) != 0)
        index++;
    return index;
}

/* "none" stands for no URI, as elsewhere for no path. */
static bool add_uri(struct settings *settings, const char *uri, int *ret_error)
{
    if (strcmp(uri, "none") == 0)
        return true;
    if (!strchr(uri, ':') || settings->uri_count == URIS_MAX)
        return false;
    for (size_t i = 0; i < settings->uri_count; i++) {
        if (strcmp(settings->uris[i], uri) == 0)
            return false;
    }
    settings->uris[settings->uri_count] = strdup(uri);
    if (settings->uris[settings->uri_count])
        settings->uri_count++;
    else
        *ret_error = -ENOMEM;
    return true;
}

static bool set_path(const struct key *key, char **slot, const char *value, int *ret_error)
{
    bool is_none = key->type == KEY_PATH_OR_NONE && strcmp(value, "none") == 0;
    char *copy = is_none ? NULL : strdup(value);

    if (!is_none && !config_value_is_path(value)) {
        free(copy);
        return false;
    }
    if (!is_none && !copy)
        *ret_error = -ENOMEM;
    free(*slot);
    *slot = copy;
    return true;
}

static bool parse_number(const struct key *key, const char *value, uint64_t *ret_number)
{
    static const char *const full[] = {"drop-oldest", "coalesce", NULL};
    size_t choice;

    switch (key->type) {
    case KEY_SECONDS:
        return number_parse_seconds(value, ret_number);
    case KEY_COUNT:
        return number_parse(value, ret_number);
    case KEY_BYTES:
        return config_value_bytes(value, ret_number);
    default:
        if (!config_value_choice(value, full, &choice))
            return false;
        *ret_number = choice;
        return true;
    }
}

static bool set_number(const struct key *key, uint64_t *slot, const char *value)
{
    uint64_t number;

    if (!parse_number(key, value, &number) || number < key->least || number > key->most)
        return false;
    *slot = number;
    return true;
}

/* False where the key does not take this value. */
static bool set(struct settings *settings, const struct key *key, const char *value, int *ret_error)
{
    void *slot = slot_of(settings, key);

    switch (key->type) {
    case KEY_URIS:
        return add_uri(settings, value, ret_error);
    case KEY_PATH:
    case KEY_PATH_OR_NONE:
        return set_path(key, slot, value, ret_error);
    default:
        return set_number(key, slot, value);
    }
}

static int refuse_twice(const char *name, unsigned int first, unsigned int line,
                        struct config_problem *problem)
{
    return config_refuse(problem, line, "%s is already set in line %u; remove one of them", name,
                         first);
}

int settings_take(struct settings *settings, struct settings_lines *lines, const char *name,
                  const char *value, unsigned char bits, unsigned int line,
                  struct config_problem *problem)
{
    size_t index = find(name);
    const struct key *key = &keys[index];
    bool is_new = (bits & CONFIG_VALUE_FIRST) && !(bits & CONFIG_VALUE_ADDED);
    int error = 0;

    if (lines->set[index] && is_new)
        return refuse_twice(name, lines->set[index], line, problem);
    if (key->type != KEY_URIS && (bits & CONFIG_VALUE_ADDED))
        return config_refuse(problem, line, "%s takes one value; write = in place of +=", name);
    lines->set[index] = line;
    if (!set(settings, key, value, &error))
        return config_refuse(problem, line, "%s = %s: %s takes %s", name, value, name, key->takes);
    return error < 0 ? config_no_memory(problem) : 0;
}

int settings_check(const struct settings *settings, const struct settings_lines *lines,
                   struct config_problem *problem)
{
    if (settings->retry_most_ms < settings->retry_first_ms)
        return config_refuse(
            problem, lines->set[RETRY_MOST] ? lines->set[RETRY_MOST] : lines->set[RETRY_FIRST],
            "retry_most is less than retry_first; make it the larger one");
    if (!settings->state)
        return config_refuse(problem, 0, "the session has no home for the state file; set state");
    if (!settings->socket && !settings->helper)
        return config_refuse(
            problem, lines->set[HELPER],
            "neither socket nor helper is left; name one, so that scripts can run");
    return 0;
}

/* In a session without the directory that it would be in it stays NULL. */
static int default_path(const char *system, enum session_base base, const char *rest, char **slot)
{
    int r = session_path_or(system, base, rest, slot);

    return r == -ENOENT ? 0 : r;
}

int settings_set_defaults(struct settings *settings)
{
    int r = default_path(VIRTHOOK_STATE_DIR "/virteventd.state", SESSION_STATE, "virteventd.state",
                         &settings->state);

    for (size_t i = 0; i < KEYS; i++) {
        if (keys[i].most > 0)
            *(uint64_t *)slot_of(settings, &keys[i]) = keys[i].by_default;
    }
    if (r == 0)
        r = default_path(VIRTHOOK_STATUS_PATH, SESSION_RUNTIME, "virteventd.status",
                         &settings->status);
    settings->helper = strdup(VIRTHOOK_HELPER_PATH);
    /* In a session there is no service. */
    settings->socket = geteuid() == 0 ? strdup(VIRTHOOK_SOCKET_PATH) : NULL;
    return settings->helper && (settings->socket || geteuid() != 0) ? r : -ENOMEM;
}

static bool is_same(const struct settings *one, const struct settings *other, const struct key *key)
{
    const char *const *a = slot_of(one, key), *const *b = slot_of(other, key);

    if (key->most > 0)
        return *(uint64_t *)slot_of(one, key) == *(uint64_t *)slot_of(other, key);
    return *a && *b ? strcmp(*a, *b) == 0 : *a == *b;
}

const char *settings_fixed_difference(const struct settings *one, const struct settings *other)
{
    for (size_t i = 0; i < sizeof(fixed) / sizeof(fixed[0]); i++) {
        if (!is_same(one, other, &keys[find(fixed[i])]))
            return fixed[i];
    }
    return NULL;
}

void settings_clear(struct settings *settings)
{
    for (size_t i = 0; i < settings->uri_count; i++)
        free(settings->uris[i]);
    for (size_t i = 0; i < KEYS; i++) {
        if (keys[i].type == KEY_PATH || keys[i].type == KEY_PATH_OR_NONE)
            free(*(char **)slot_of(settings, &keys[i]));
    }
    *settings = (struct settings){0};
}
