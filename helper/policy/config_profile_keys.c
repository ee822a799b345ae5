/*
 * The keys of a profile section: one table says what each takes. Helper.
 *
 * The values are what an admin wrote: their form is not trusted. Names, ranges and defaults are
 * told to admins in packaging/profiles.conf.in.
 *
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */
#include "config_profile_keys.h"

#include "cleanup.h"
#include "config_profile_list.h"
#include "config_profile_name.h"
#include "config_text.h"
#include "config_value.h"
#include "number.h"

#include <string.h>

#define KIBI 1024ULL
#define MEBI (1024 * KIBI)
#define GIBI (1024 * MEBI)

/* Those from KEY_CAPABILITIES on are lists. */
enum key_type {
    KEY_INHERITS,
    KEY_UNCONFINED,
    KEY_YES_NO,
    KEY_USER,
    KEY_SELINUX,
    KEY_HOST_OR_NONE,
    KEY_HOST_OR_OWN,
    KEY_SECONDS, /* range in milliseconds */
    KEY_NUMBER,
    KEY_BYTES,
    KEY_CAPABILITIES,
    KEY_SYSCALLS,
    KEY_FAMILIES,
    KEY_PATHS,
    KEY_EXECUTABLE,
    KEY_REQUIRED,
};

struct key {
    const char *name;
    const char *takes; /* for the message */
    size_t offset;     /* in struct profile */
    uint64_t least, most;
    enum key_type type;
    bool or_none; /* 0, for no limit, is in the range too */
    bool in_any;  /* has an effect in an unconfined profile too */
};

#define AT(member) offsetof(struct profile, member)

static const struct key keys[CONFIG_PROFILE_KEYS_MAX] = {
    {"inherits", NULL, 0, 0, 0, KEY_INHERITS, .in_any = true},
    {"unconfined", NULL, 0, 0, 0, KEY_UNCONFINED, .in_any = true},
    {"permissive", NULL, AT(permissive), 0, 0, KEY_YES_NO},
    {"required", NULL, AT(required), 0, 0, KEY_REQUIRED, .in_any = true},
    {"user", NULL, AT(user), 0, 0, KEY_USER},
    {"selinux", NULL, AT(selinux), 0, 0, KEY_SELINUX, .in_any = true},
    {"capabilities", NULL, AT(capabilities), 0, 0, KEY_CAPABILITIES},
    {"syscalls", NULL, AT(syscalls), 0, 0, KEY_SYSCALLS},
    {"address_families", NULL, AT(families), 0, 0, KEY_FAMILIES},
    {"network", NULL, AT(host_network), 0, 0, KEY_HOST_OR_NONE},
    {"dev", NULL, AT(host_dev), 0, 0, KEY_HOST_OR_OWN},
    {"tmp", NULL, AT(host_tmp), 0, 0, KEY_HOST_OR_OWN},
    {"pids", NULL, AT(host_pids), 0, 0, KEY_HOST_OR_OWN, .in_any = true},
    {"writable", NULL, AT(writable), 0, 0, KEY_PATHS},
    {"hidden", NULL, AT(hidden), 0, 0, KEY_PATHS},
    {"readable", NULL, AT(readable), 0, 0, KEY_PATHS},
    {"executable", NULL, AT(executable), 0, 0, KEY_EXECUTABLE},
    {"sockets", NULL, AT(sockets), 0, 0, KEY_PATHS},
    {"tmp_size", "bytes from 64K to 64G", AT(tmp_size), 64 * KIBI, 64 * GIBI, KEY_BYTES},
    {"time", "0, or " CONFIG_DEADLINE_TAKES, AT(time_ms), CONFIG_DEADLINE_LEAST_MS,
     CONFIG_DEADLINE_MOST_MS, KEY_SECONDS, .or_none = true, .in_any = true},
    {"linger", "0, or seconds from 0.1 to 86400", AT(linger_ms), 100, 86400000, KEY_SECONDS,
     .or_none = true, .in_any = true},
    {"cpu", "0, or whole seconds from 1 to 86400", AT(cpu_seconds), 1, 86400, KEY_NUMBER,
     .or_none = true, .in_any = true},
    {"memory", "0, or bytes from 16M to 4096G", AT(memory), 16 * MEBI, 4096 * GIBI, KEY_BYTES,
     .or_none = true, .in_any = true},
    {"processes", "0, or a number from 1 to 65536", AT(processes), 1, 65536, KEY_NUMBER,
     .or_none = true, .in_any = true},
    {"file_size", "0, or bytes from 4K to 65536G", AT(file_size), 4 * KIBI, 65536 * GIBI, KEY_BYTES,
     .or_none = true, .in_any = true},
    {"open_files", "0, or a number from 16 to 65536", AT(open_files), 16, 65536, KEY_NUMBER,
     .or_none = true, .in_any = true},
};

const char *config_profile_key(size_t index)
{
    return keys[index].name;
}

static bool is_list(const struct key *key)
{
    return key->type >= KEY_CAPABILITIES;
}

bool config_profile_key_is_list(size_t index)
{
    return is_list(&keys[index]);
}

static size_t find(const char *name)
{
    size_t index = 0;

    while (strcmp(keys[index].name, name) != 0)
        index++;
    return index;
}

unsigned int config_profile_line(const struct config_profile_lines *lines, const char *key)
{
    return lines->lines[find(key)];
}

const char *config_profile_keys_confining(const struct config_profile_lines *lines,
                                          unsigned int *ret_line)
{
    for (size_t i = 0; i < CONFIG_PROFILE_KEYS_MAX; i++) {
        if (!keys[i].in_any && lines->lines[i] > 0) {
            *ret_line = lines->lines[i];
            return keys[i].name;
        }
    }
    return NULL;
}

/* It takes the place of the defaults, so it comes before all that changes them. */
static int inherit(struct profile *profile, const struct config_profile_lines *lines,
                   const struct profile_list *known, const struct config_setting *setting,
                   struct config_problem *problem)
{
    const struct profile *base = profile_find(known, setting->value);
    struct profile copy;

    for (size_t i = 0; i < CONFIG_PROFILE_KEYS_MAX; i++) {
        if (lines->lines[i] > 0)
            return config_refuse(problem, setting->line,
                                 "inherits stands first in a profile; move it before %s",
                                 keys[i].name);
    }
    if (!base)
        return config_refuse_profile(problem, setting->line, known, setting->value);
    if (profile_copy(base, &copy) < 0)
        return config_no_memory(problem);
    copy.name = take_pointer(&profile->name);
    copy.file = take_pointer(&profile->file);
    copy.line = profile->line;
    profile_clear(profile);
    *profile = copy;
    return 0;
}

/* Of a profile that becomes unconfined the confining domain does not stay, unless it says so. */
static int set_unconfined(struct profile *profile, const struct config_profile_lines *lines,
                          const struct config_setting *setting, struct config_problem *problem)
{
    bool yes;

    if (!config_value_yes_no(setting->value, &yes))
        return config_refuse(problem, setting->line, "unconfined takes yes or no, not '%s'",
                             setting->value);
    if (profile->unconfined && !yes)
        return config_refuse(problem, setting->line,
                             "what inherits from an unconfined profile is unconfined; inherit "
                             "from another one");
    profile->unconfined = yes;
    if (yes && lines->lines[find("selinux")] == 0) {
        free(profile->selinux);
        profile->selinux = NULL;
    }
    return 0;
}

static int set_yes_no(bool *slot, const struct config_setting *setting,
                      struct config_problem *problem)
{
    if (!config_value_yes_no(setting->value, slot))
        return config_refuse(problem, setting->line, "%s takes yes or no, not '%s'", setting->key,
                             setting->value);
    return 0;
}

static int set_user(struct profile *profile, const struct config_setting *setting,
                    struct config_problem *problem)
{
    char *user;

    if (setting->value[0] == '\0')
        return config_refuse(
            problem, setting->line,
            "user takes the name or the number of a user; write user = " PROFILE_USER);
    user = strdup(setting->value);
    if (!user)
        return config_no_memory(problem);
    free(profile->user);
    profile->user = user;
    return 0;
}

static int set_selinux(struct profile *profile, const struct config_setting *setting,
                       struct config_problem *problem)
{
    static const char letters[] = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz"
                                  "0123456789_.-";
    size_t length = strspn(setting->value, letters);
    char *type;

    if (length == 0 || length > PROFILE_SELINUX_TYPE_MAX || setting->value[length] != '\0')
        return config_refuse(problem, setting->line,
                             "selinux takes a type of SELinux's policy, not '%s'; write selinux "
                             "= " PROFILE_SELINUX_TYPE,
                             setting->value);
    type = strdup(setting->value);
    if (!type)
        return config_no_memory(problem);
    free(profile->selinux);
    profile->selinux = type;
    return 0;
}

/* "host" is true. */
static int set_choice(bool *slot, const char *other, const struct config_setting *setting,
                      struct config_problem *problem)
{
    const char *const words[] = {other, "host", NULL};
    size_t choice;

    if (!config_value_choice(setting->value, words, &choice))
        return config_refuse(problem, setting->line, "%s takes host or %s, not '%s'", setting->key,
                             other, setting->value);
    *slot = choice == 1;
    return 0;
}

static bool parse_number(const struct key *key, const char *value, uint64_t *ret_number)
{
    switch (key->type) {
    case KEY_SECONDS:
        return number_parse_seconds(value, ret_number);
    case KEY_BYTES:
        return config_value_bytes(value, ret_number);
    default:
        return number_parse(value, ret_number);
    }
}

static int set_number(uint64_t *slot, const struct key *key, const struct config_setting *setting,
                      struct config_problem *problem)
{
    uint64_t number;
    bool fits = parse_number(key, setting->value, &number) &&
                ((number >= key->least && number <= key->most) || (number == 0 && key->or_none));

    if (!fits)
        return config_refuse(problem, setting->line, "%s takes %s, not '%s'", key->name, key->takes,
                             setting->value);
    *slot = number;
    return 0;
}

static int set_one(struct profile *profile, const struct config_profile_lines *lines,
                   const struct key *key, const struct config_setting *setting,
                   struct config_problem *problem)
{
    void *slot = (char *)profile + key->offset;

    switch (key->type) {
    case KEY_UNCONFINED:
        return set_unconfined(profile, lines, setting, problem);
    case KEY_YES_NO:
        return set_yes_no(slot, setting, problem);
    case KEY_USER:
        return set_user(profile, setting, problem);
    case KEY_SELINUX:
        return set_selinux(profile, setting, problem);
    case KEY_HOST_OR_NONE:
        return set_choice(slot, "none", setting, problem);
    case KEY_HOST_OR_OWN:
        return set_choice(slot, "own", setting, problem);
    default:
        return set_number(slot, key, setting, problem);
    }
}

static void empty_list(void *slot, enum key_type type)
{
    if (type == KEY_CAPABILITIES)
        *(uint64_t *)slot = 0;
    else if (type == KEY_REQUIRED)
        *(uint32_t *)slot = 0;
    else if (type == KEY_FAMILIES)
        ((struct family_list *)slot)->count = 0;
    else
        text_list_empty(slot);
}

static int add_to_list(void *slot, enum key_type type, const struct config_setting *setting,
                       struct config_problem *problem)
{
    switch (type) {
    case KEY_CAPABILITIES:
        return config_add_capability(slot, setting, problem);
    case KEY_SYSCALLS:
        return config_add_syscall(slot, setting, problem);
    case KEY_FAMILIES:
        return config_add_family(slot, setting, problem);
    case KEY_EXECUTABLE:
        return config_add_executable(slot, setting, problem);
    case KEY_REQUIRED:
        return config_add_feature(slot, setting, problem);
    default:
        return config_add_path(slot, setting, problem);
    }
}

/* The first value of a list that is set, and not added to, takes the place of what there was. */
static int set_list(struct profile *profile, struct config_profile_lines *lines,
                    const struct key *key, const struct config_setting *setting,
                    struct config_problem *problem)
{
    void *slot = (char *)profile + key->offset;
    bool is_first = setting->bits & CONFIG_VALUE_FIRST,
         is_added = setting->bits & CONFIG_VALUE_ADDED;

    bool is_none = strcmp(setting->value, "none") == 0;

    if (is_none ? is_added || !is_first : lines->after_none && !is_first)
        return config_refuse(problem, setting->line, "none stands alone; write %s = none",
                             key->name);
    lines->after_none = is_none;
    if (is_first && !is_added)
        empty_list(slot, key->type);
    return is_none ? 0 : add_to_list(slot, key->type, setting, problem);
}

int config_profile_keys_set(struct profile *profile, struct config_profile_lines *lines,
                            const struct profile_list *known, const struct config_setting *setting,
                            struct config_problem *problem)
{
    size_t index = find(setting->key);
    const struct key *key = &keys[index];
    int r;

    if (lines->lines[index] > 0 && setting->bits & CONFIG_VALUE_FIRST)
        return config_refuse(problem, setting->line,
                             "%s stands on line %u already; keep one of them", key->name,
                             lines->lines[index]);
    if (is_list(key))
        r = set_list(profile, lines, key, setting, problem);
    else if (key->type == KEY_INHERITS)
        r = inherit(profile, lines, known, setting, problem);
    else
        r = set_one(profile, lines, key, setting, problem);
    if (r == 0 && setting->bits & CONFIG_VALUE_FIRST)
        lines->lines[index] = setting->line;
    return r;
}
