/*
 * A list of scripts while it grows: what runs, and what was passed over. Helper.
 *
 * How many there are depends on the directories: it is bounded here for scripts, and by
 * FOLDER_NAMES_MAX for what is passed over.
 *
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */
#include "script_list.h"

#include "cleanup.h"
#include "message.h"
#include "text.h"

#include <string.h>

/* Room for one more after `count`: doubles at each power of two. NULL where memory is short. */
static void *grow(void *items, size_t count, size_t size)
{
    if (count > 0 && (count & (count - 1)) != 0)
        return items;
    return reallocarray(items, count > 0 ? count * 2 : 1, size);
}

int script_list_add(struct script_list *list, char *path, char *problem)
{
    auto_free char *owned_path = path;
    auto_free char *owned_problem = problem;
    struct script *scripts;

    if (list->count >= PROTOCOL_SCRIPTS_MAX)
        return DISCOVER_E_TOO_MANY;
    scripts = grow(list->scripts, list->count, sizeof(*scripts));
    if (!scripts)
        return -ENOMEM;
    list->scripts = scripts;
    scripts[list->count++] = (struct script){.path = take_pointer(&owned_path),
                                             .problem = take_pointer(&owned_problem)};
    return 0;
}

int script_list_pass_over(struct script_list *list, char *path, char *why)
{
    auto_free char *owned_path = path;
    auto_free char *owned_why = why;
    struct passed_over *passed;

    passed = grow(list->passed, list->passed_count, sizeof(*passed));
    if (!passed)
        return -ENOMEM;
    list->passed = passed;
    passed[list->passed_count++] = (struct passed_over){.path = take_pointer(&owned_path),
                                                        .why = take_pointer(&owned_why)};
    return 0;
}

static bool is_before(const struct script_list *list, size_t end, const char *path)
{
    for (size_t i = 0; i < end; i++) {
        if (strcmp(list->scripts[i].path, path) == 0)
            return true;
    }
    return false;
}

bool script_list_has(const struct script_list *list, const char *path)
{
    return is_before(list, list->count, path);
}

static void drop(struct script *script)
{
    free(script->path);
    free(script->problem);
}

void script_list_drop_twice(struct script_list *list)
{
    size_t kept = 0;

    for (size_t i = 0; i < list->count; i++) {
        if (is_before(list, kept, list->scripts[i].path))
            drop(&list->scripts[i]);
        else
            list->scripts[kept++] = list->scripts[i];
    }
    list->count = kept;
}

static void drop_passed_over(struct script_list *list)
{
    for (size_t i = 0; i < list->passed_count; i++) {
        free(list->passed[i].path);
        free(list->passed[i].why);
    }
    list->passed_count = 0;
}

/* Whether a verdict tells the path so: what is not UTF-8 is escaped there. */
static bool is_told_as(const char *path, const char *told)
{
    auto_free char *escaped = NULL;

    if (text_is_utf8(path, strlen(path)))
        return strcmp(path, told) == 0;
    escaped = text_escape(path, strlen(path), true);
    return escaped && strcmp(escaped, told) == 0;
}

void script_list_keep_one(struct script_list *list, const char *path)
{
    size_t kept = 0;

    for (size_t i = 0; i < list->count; i++) {
        if (kept > 0 || !is_told_as(list->scripts[i].path, path))
            drop(&list->scripts[i]);
        else
            list->scripts[kept++] = list->scripts[i];
    }
    list->count = kept;
    drop_passed_over(list);
}

void script_list_clear(struct script_list *list)
{
    for (size_t i = 0; i < list->count; i++)
        drop(&list->scripts[i]);
    drop_passed_over(list);
    free(list->scripts);
    free(list->passed);
    *list = (struct script_list){0};
}
