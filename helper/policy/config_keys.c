/*
 * The keys of the configuration that stand in no section: one table says what each takes. Helper.
 *
 * The values are what an admin wrote: their form is not trusted. Names, ranges and defaults are
 * told to admins in packaging/virthook.conf.in.
 *
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */
#include "config_keys.h"

#include "cleanup.h"
#include "config_event.h"
#include "config_value.h"
#include "message.h"
#include "number.h"
#include "session.h"
#include "virthook-config.h"

#include <string.h>

enum key_type {
    KEY_PATH,
    KEY_PLACE, /* a path that is a directory's where a slash ends it */
    KEY_YES_NO,
    KEY_SECONDS, /* range in milliseconds */
    KEY_COUNT,
    KEY_SMALL_COUNT, /* an unsigned int */
    KEY_BYTES,
    KEY_BYTES_OR_0,
    KEY_AUDIT_FULL,
    KEY_PROFILE,
    KEY_KINDS,
};

struct key {
    const char *name;
    enum key_type type;
    size_t offset; /* in struct config */
    uint64_t least, most;
    const char *by_default; /* as it would stand in the file */
    const char *takes;      /* for the message */
};

#define AT(member) offsetof(struct config, member)

static const struct key keys[CONFIG_KEYS_MAX] = {
    {"hooks", KEY_PATH, AT(hooks), 0, 0, VIRTHOOK_HOOKS_DIR, "a path that starts with /"},
    {"audit", KEY_PLACE, AT(audit), 0, 0, VIRTHOOK_LOG_DIR "/", "a path that starts with /"},
    {"per_guest_layout", KEY_YES_NO, AT(per_guest_layout), 0, 0, "no", "yes or no"},
    {"deadline", KEY_SECONDS, AT(deadline_ms), CONFIG_DEADLINE_LEAST_MS, CONFIG_DEADLINE_MOST_MS,
     "120", CONFIG_DEADLINE_TAKES},
    {"grace", KEY_SECONDS, AT(grace_ms), 0, 600000, "5", "seconds from 0 to 600"},
    {"running_max", KEY_COUNT, AT(running_max), 1, 4096, "64", "a number from 1 to 4096"},
    {"events_max", KEY_COUNT, AT(events_max), 1, 4096, "64", "a number from 1 to 4096"},
    {"calls_max", KEY_COUNT, AT(calls_max), 1, 65536, "4096", "a number from 1 to 65536"},
    {"stdin_max", KEY_BYTES, AT(stdin_max), 1, PROTOCOL_BULK_MAX, "16M", "bytes from 1 to 64M"},
    {"output_max", KEY_BYTES, AT(output_max), 1, PROTOCOL_BULK_MAX, "16M", "bytes from 1 to 64M"},
    {"output_kept", KEY_BYTES, AT(output_kept), 0, 1024 * 1024, "64K", "bytes from 0 to 1M"},
    {"audit_kept", KEY_BYTES, AT(audit_kept), 0, 64 * 1024, "4K", "bytes from 0 to 64K"},
    {"audit_full", KEY_AUDIT_FULL, AT(audit_full), 0, 0, "deny", "deny or count"},
    {"default_profile", KEY_PROFILE, AT(default_profile), 0, 0, PROFILE_DEFAULT,
     "the name of a profile"},
    {"guest_tmp", KEY_PATH, AT(guest_tmp), 0, 0, VIRTHOOK_TMP_DIR, "a path that starts with /"},
    {"audit_journal", KEY_YES_NO, AT(audit_journal), 0, 0, "no", "yes or no"},
    {"audit_syslog", KEY_YES_NO, AT(audit_syslog), 0, 0, "no", "yes or no"},
    {"audit_size", KEY_BYTES_OR_0, AT(audit_size), 64 * 1024, 1024ULL << 30, "0",
     "bytes from 64K to 1024G, or 0 for never"},
    {"audit_files", KEY_COUNT, AT(audit_files), 1, 999, "10", "a number from 1 to 999"},
    {"events", KEY_PATH, AT(events), 0, 0, VIRTHOOK_EVENTS_DIR, "a path that starts with /"},
    {"events_script", KEY_PATH, AT(events_script), 0, 0, VIRTHOOK_EVENTS_SCRIPT,
     "a path that starts with /"},
    {"events_set", KEY_KINDS, AT(events_set), 0, 0, NULL, NULL},
    {"events_deadline", KEY_SECONDS, AT(events_deadline_ms), CONFIG_DEADLINE_LEAST_MS,
     CONFIG_DEADLINE_MOST_MS, "600", CONFIG_DEADLINE_TAKES},
    {"events_retries", KEY_SMALL_COUNT, AT(events_retries), 0, SCRIPT_RETRIES_MAX, "5",
     CONFIG_RETRIES_TAKES},
};

/* Those that are looked at together with others. */
enum {
    OUTPUT_KEPT = 10,
    AUDIT_KEPT = 11,
    DEFAULT_PROFILE = 13,
    EVENTS_SCRIPT = 20,
};

const char *config_keys_name(size_t index)
{
    return index < CONFIG_KEYS_MAX ? keys[index].name : NULL;
}

static size_t find(const char *name)
{
    size_t index = 0;

    while (strcmp(keys[index].name, name) != 0)
        index++;
    return index;
}

static int store_text(void *slot, const char *value)
{
    char *text = strdup(value);

    if (!text)
        return -ENOMEM;
    free(*(char **)slot);
    *(char **)slot = text;
    return 0;
}

/* Slashes at the end are taken off, so that paths made from it look as people write them. */
static int store_path(void *slot, const char *value)
{
    size_t length = strlen(value);
    auto_free char *path = NULL;

    while (length > 1 && value[length - 1] == '/')
        length--;
    path = strndup(value, length);
    return path ? store_text(slot, path) : -ENOMEM;
}

static bool parse_number(const struct key *key, const char *value, uint64_t *ret_number)
{
    static const char *const audit_full[] = {"deny", "count", NULL};
    size_t choice = 0;
    bool known, yes = false;

    switch (key->type) {
    case KEY_SECONDS:
        return number_parse_seconds(value, ret_number);
    case KEY_COUNT:
    case KEY_SMALL_COUNT:
        return number_parse(value, ret_number);
    case KEY_BYTES:
    case KEY_BYTES_OR_0:
        return config_value_bytes(value, ret_number);
    case KEY_YES_NO:
        known = config_value_yes_no(value, &yes);
        *ret_number = yes;
        return known;
    default:
        known = config_value_choice(value, audit_full, &choice);
        *ret_number = choice;
        return known;
    }
}

static void store_number(const struct key *key, void *slot, uint64_t number)
{
    switch (key->type) {
    case KEY_SECONDS:
    case KEY_BYTES_OR_0:
        *(uint64_t *)slot = number;
        return;
    case KEY_YES_NO:
        *(bool *)slot = number == 1;
        return;
    case KEY_SMALL_COUNT:
        *(unsigned int *)slot = (unsigned int)number;
        return;
    case KEY_AUDIT_FULL:
        *(enum audit_full *)slot = number == 1 ? AUDIT_FULL_COUNT : AUDIT_FULL_DENY;
        return;
    default:
        *(size_t *)slot = (size_t)number;
        return;
    }
}

static bool is_in_range(const struct key *key, uint64_t number)
{
    if (number == 0 && key->type == KEY_BYTES_OR_0)
        return true;
    return key->most == 0 || (number >= key->least && number <= key->most);
}

/* Returns 0, -EINVAL where the value is not one that the key takes, or -ENOMEM. */
static int set(struct config *config, const struct key *key, const char *value)
{
    void *slot = (char *)config + key->offset;
    uint64_t number;

    if (key->type == KEY_PATH)
        return config_value_is_path(value) ? store_path(slot, value) : -EINVAL;
    if (key->type == KEY_PLACE)
        return config_value_is_path(value) ? store_text(slot, value) : -EINVAL;
    if (key->type == KEY_PROFILE)
        return profile_is_name(value) ? store_text(slot, value) : -EINVAL;
    if (!parse_number(key, value, &number))
        return -EINVAL;
    if (!is_in_range(key, number))
        return -EINVAL;
    store_number(key, slot, number);
    return 0;
}

static int take_session_path(struct config *config, const char *key, enum session_base base,
                             const char *rest)
{
    auto_free char *path = NULL;
    int r = session_path(base, rest, &path);

    if (r == -ENOENT)
        return 0;
    return r < 0 ? r : set(config, &keys[find(key)], path);
}

int config_keys_defaults(struct config *config, bool session)
{
    int r = 0;

    for (size_t i = 0; r == 0 && i < CONFIG_KEYS_MAX; i++)
        r = keys[i].by_default ? set(config, &keys[i], keys[i].by_default) : 0;
    config->events_set = ~0U;
    if (r == 0 && session)
        r = take_session_path(config, "hooks", SESSION_CONFIG, "hooks");
    if (r == 0 && session)
        r = take_session_path(config, "audit", SESSION_STATE, "");
    if (r == 0 && session)
        r = take_session_path(config, "events", SESSION_CONFIG, "events.d");
    if (r == 0 && session)
        r = take_session_path(config, "events_script", SESSION_CONFIG, "events");
    return r;
}

/* Returns as config_keys_set(). */
static int set_from_file(struct config *config, const struct key *key, const char *value,
                         unsigned int line, struct config_problem *problem)
{
    int r;

    if (key->type == KEY_KINDS)
        return config_event_kinds(value, &config->events_set, line, problem);
    r = set(config, key, value);
    if (r == -ENOMEM)
        return config_no_memory(problem);
    if (r < 0)
        return config_refuse(problem, line, "%s takes %s, not '%s'; write %s = %s", key->name,
                             key->takes, value, key->name, key->by_default);
    return 0;
}

int config_keys_set(struct config *config, struct config_key_lines *lines, const char *name,
                    const char *value, unsigned int line, struct config_problem *problem)
{
    size_t index = find(name);
    int r;

    if (lines->lines[index] > 0)
        return config_refuse(problem, line, "%s stands on line %u already; keep one of them", name,
                             lines->lines[index]);
    r = set_from_file(config, &keys[index], value, line, problem);
    if (r == 0)
        lines->lines[index] = line;
    return r;
}

/* Whether this program can do what a key turns on, which meson's feature decides. */
static int check_built(bool wanted, bool built, const char *feature, const char *key,
                       const struct config_key_lines *lines, struct config_problem *problem)
{
    if (!wanted || built)
        return 0;
    return config_refuse(problem, lines->lines[find(key)],
                         "this virthook was built without the feature %s; write %s = no, or "
                         "build with meson's -D%s=enabled",
                         feature, key, feature);
}

static int check_copies(const struct config *config, const struct config_key_lines *lines,
                        struct config_problem *problem)
{
    int r = check_built(config->audit_journal, VIRTHOOK_JOURNAL, "journal", "audit_journal", lines,
                        problem);

    if (r != 0)
        return r;
    return check_built(config->audit_syslog, VIRTHOOK_SYSLOG, "syslog", "audit_syslog", lines,
                       problem);
}

static int check_kept(struct config *config, const struct config_key_lines *lines,
                      struct config_problem *problem)
{
    unsigned int line = lines->lines[AUDIT_KEPT];

    if (config->audit_kept <= config->output_kept)
        return 0;
    if (line > 0)
        return config_refuse(problem, line,
                             "audit_kept is more than output_kept, which is %zu; "
                             "write a smaller one, or a larger output_kept",
                             config->output_kept);
    config->audit_kept = config->output_kept;
    return 0;
}

int config_keys_check(struct config *config, const struct config_key_lines *lines,
                      struct config_problem *problem)
{
    int r = check_kept(config, lines, problem);

    config->default_profile_line = lines->lines[DEFAULT_PROFILE];
    config->events_script_line = lines->lines[EVENTS_SCRIPT];
    return r == 0 ? check_copies(config, lines, problem) : r;
}
