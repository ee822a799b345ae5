/*
 * How the tests of discovery ask, and what they say about the answer. The test's own process.
 *
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */
#pragma once

#include "discover.h"
#include "tree.h"

/* Where the tests look: the folder hooks of the tree. */
static struct discover_place place;

/* What the last look found. */
static struct script_list found;

static inline int discovery_set_up(void **state)
{
    static char hooks[128];
    int r = tree_set_up(state);

    snprintf(hooks, sizeof(hooks), "%s", tree_path("hooks"));
    place = (struct discover_place){.hooks = hooks, .session_uid = geteuid()};
    return r;
}

static inline int discovery_tear_down(void **state)
{
    script_list_clear(&found);
    return tree_tear_down(state);
}

static inline int look(const char *driver, const char *object, const char *operation,
                       const char *sub_operation)
{
    struct discover_names names = {driver, object, operation, sub_operation};

    script_list_clear(&found);
    return discover_scripts(&place, &names, &found);
}

/* The scripts found are these, in this order, named below the hooks folder; the list ends in NULL.
 */
static inline void assert_runs(const char *name, ...)
{
    size_t count = 0;
    va_list names;

    va_start(names, name);
    for (; name; name = va_arg(names, const char *), count++) {
        char expected[PATH_MAX];

        snprintf(expected, sizeof(expected), "%s/%s", place.hooks, name);
        assert_true(count < found.count);
        assert_string_equal(found.scripts[count].path, expected);
    }
    va_end(names);
    assert_int_equal(found.count, count);
}

/* The file was passed over once, for a reason that holds each of the words; the list ends in NULL.
 */
static inline void assert_passed_over(const char *name, ...)
{
    const char *why = NULL;
    va_list words;

    for (size_t i = 0; i < found.passed_count; i++) {
        if (strcmp(found.passed[i].path + strlen(place.hooks) + 1, name) == 0) {
            assert_null(why);
            why = found.passed[i].why;
        }
    }
    va_start(words, name);
    tree_assert_says(why, words);
    va_end(words);
}
