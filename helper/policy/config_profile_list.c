/*
 * The values of a profile's lists: capabilities, system calls, address families, paths, features.
 * Helper.
 *
 * The values are what an admin wrote: their form is not trusted. A name that is none is refused
 * with the one that may be meant.
 *
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */
#include "config_profile_list.h"

#include "capabilities.h"
#include "cleanup.h"
#include "config_value.h"
#include "families.h"
#include "feature.h"
#include "sets.h"
#include "syscalls.h"

#include <ctype.h>
#include <limits.h>
#include <linux/capability.h>
#include <string.h>
#include <sys/socket.h>

/* Room for the names of one kind. */
#define NAMES_MAX (SYSCALL_NUMBER_MAX + 1)

/* Longer words are near no name. */
#define WORD_MAX 64

static int refuse_unknown(const struct config_setting *setting, const char *what, const char *near,
                          const char *mend, struct config_problem *problem)
{
    if (near)
        return config_refuse(problem, setting->line, "'%s' is no %s; did you mean '%s'?",
                             setting->value, what, near);
    return config_refuse(problem, setting->line, "'%s' is no %s; %s", setting->value, what, mend);
}

/* The word without CAP_, in the small letters of names; empty where it is too long for one. */
static void plain_capability(const char *word, char plain[WORD_MAX])
{
    size_t length = strlen(word);

    plain[0] = '\0';
    if (length >= WORD_MAX)
        return;
    for (size_t i = 0; i <= length; i++)
        plain[i] = (char)tolower((unsigned char)word[i]);
    if (strncmp(plain, "cap_", 4) == 0)
        memmove(plain, plain + 4, strlen(plain + 4) + 1);
}

static int refuse_capability(const struct config_setting *setting, struct config_problem *problem)
{
    const char *names[CAP_LAST_CAP + 2] = {NULL};
    char plain[WORD_MAX];

    for (int i = 0; i <= CAP_LAST_CAP; i++)
        names[i] = capability_name(i);
    plain_capability(setting->value, plain);
    return refuse_unknown(setting, "capability", config_nearest(plain, names),
                          "see capabilities(7); write NET_ADMIN and the like", problem);
}

int config_add_capability(uint64_t *capabilities, const struct config_setting *setting,
                          struct config_problem *problem)
{
    int number = capability_number(setting->value);

    if (number < 0)
        return refuse_capability(setting, problem);
    *capabilities |= 1ULL << number;
    return 0;
}

static int refuse_set(const struct config_setting *setting, struct config_problem *problem)
{
    const char *names[NAMES_MAX] = {NULL};

    for (size_t i = 0; syscall_set_at(i); i++)
        names[i] = syscall_set_at(i)->name;
    return refuse_unknown(setting, "set of system calls", config_nearest(setting->value, names),
                          "sets are those of systemd.exec(5), such as @mount", problem);
}

static int refuse_call(const struct config_setting *setting, struct config_problem *problem)
{
    char *names[NAMES_MAX] = {NULL};
    size_t count = 0;
    int r;

    for (int i = 0; i < SYSCALL_NUMBER_MAX; i++) {
        names[count] = syscall_name(i);
        count += names[count] != NULL;
    }
    r = refuse_unknown(setting, "system call",
                       config_nearest(setting->value, (const char *const *)names),
                       "see syscalls(2); names of sets start with @", problem);
    for (size_t i = 0; i < count; i++)
        free(names[i]);
    return r;
}

/* Once is enough. */
static int add_text(struct text_list *list, const char *text, struct config_problem *problem)
{
    if (text_list_has(list, text))
        return 0;
    return text_list_add(list, text) < 0 ? config_no_memory(problem) : 0;
}

int config_add_syscall(struct text_list *list, const struct config_setting *setting,
                       struct config_problem *problem)
{
    if (syscall_is_known(setting->value))
        return add_text(list, setting->value, problem);
    return setting->value[0] == '@' ? refuse_set(setting, problem) : refuse_call(setting, problem);
}

static int refuse_family(const struct config_setting *setting, struct config_problem *problem)
{
    const char *names[AF_MAX + 1] = {NULL};
    size_t count = 0;

    for (int i = 0; i < AF_MAX; i++) {
        names[count] = family_name(i);
        count += names[count] != NULL;
    }
    return refuse_unknown(setting, "address family", config_nearest(setting->value, names),
                          "see address_families(7); write AF_INET and the like", problem);
}

int config_add_family(struct family_list *list, const struct config_setting *setting,
                      struct config_problem *problem)
{
    int number = family_number(setting->value);

    if (number < 0)
        return refuse_family(setting, problem);
    return families_add(list, number) < 0 ? config_no_memory(problem) : 0;
}

/* Copies the path with one slash where there are several, and none at the end. */
static void join_slashes(const char *path, char *ret_copy)
{
    char *end = ret_copy;

    for (; *path; path++) {
        if (*path != '/' || end == ret_copy || end[-1] != '/')
            *end++ = *path;
    }
    if (end > ret_copy && end[-1] == '/')
        end--;
    *end = '\0';
}

/* Whether a component is "." or "..". */
static bool has_dots(const char *path)
{
    for (; path; path = strchr(path, '/')) {
        size_t length = strcspn(++path, "/");

        if ((length == 1 || length == 2) && strncmp(path, "..", length) == 0)
            return true;
    }
    return false;
}

static int check_path(const struct config_setting *setting, const char *path,
                      struct config_problem *problem)
{
    if (!config_value_is_path(path))
        return config_refuse(problem, setting->line,
                             "%s takes paths that start with / (or -/, for one that may be "
                             "missing) and have at most %d bytes, not '%s'",
                             setting->key, CONFIG_PATH_MAX, setting->value);
    if (has_dots(path))
        return config_refuse(problem, setting->line,
                             "'%s' has a component . or ..; write where it leads to",
                             setting->value);
    if (strpbrk(path, "*?["))
        return config_refuse(problem, setting->line,
                             "'%s' is a pattern; %s takes paths, write each of them, or the folder "
                             "that holds them",
                             setting->value, setting->key);
    if (path[strspn(path, "/")] == '\0')
        return config_refuse(problem, setting->line,
                             "%s does not take the whole system; write folders of it, or "
                             "unconfined = yes",
                             setting->key);
    return 0;
}

int config_add_path(struct text_list *list, const struct config_setting *setting,
                    struct config_problem *problem)
{
    bool may_be_missing = setting->value[0] == '-';
    const char *path = setting->value + may_be_missing;
    char plain[CONFIG_PATH_MAX + 2] = "-";
    int r = check_path(setting, path, problem);

    if (r != 0)
        return r;
    join_slashes(path, plain + may_be_missing);
    if (list->count == PROFILE_PATHS_MAX && !text_list_has(list, plain))
        return config_refuse(problem, setting->line,
                             "%s has more than %d paths; write the folders that hold them",
                             setting->key, PROFILE_PATHS_MAX);
    return add_text(list, plain, problem);
}

/* Any other path beside / says nothing. */
int config_add_executable(struct text_list *list, const struct config_setting *setting,
                          struct config_problem *problem)
{
    bool is_all = strcmp(setting->value, "/") == 0;

    if (text_list_has(list, "/") || (is_all && list->count > 0))
        return config_refuse(problem, setting->line,
                             "executable has /, which is everything, and other paths; write / "
                             "alone, or = in place of += and the paths alone");
    return is_all ? add_text(list, "/", problem) : config_add_path(list, setting, problem);
}

int config_add_feature(uint32_t *features, const struct config_setting *setting,
                       struct config_problem *problem)
{
    const char *names[sizeof(*features) * CHAR_BIT + 1] = {NULL};
    uint32_t feature = feature_find(setting->value);

    for (size_t i = 0; feature_name(i); i++)
        names[i] = feature_name(i);
    if (feature == 0)
        return refuse_unknown(setting, "feature of a host", config_nearest(setting->value, names),
                              "profiles.d/50-shipped.conf lists them under required", problem);
    *features |= feature;
    return 0;
}
