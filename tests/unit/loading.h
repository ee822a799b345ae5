/*
 * How the tests of the configuration write a file, load it and look at the answer. The test's own
 * process.
 *
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */
#pragma once

#include "config.h"
#include "tree.h"

/* What the last load gave. */
static struct config *loaded;
static char *complaint;

static inline int load_path(const char *path, bool must_exist)
{
    config_free(loaded);
    free(complaint);
    loaded = NULL;
    complaint = NULL;
    return config_load(path, must_exist, geteuid(), &loaded, &complaint);
}

/* Loads a file of these bytes. */
static inline int load_bytes(const char *bytes, size_t size)
{
    auto_close int fd = open("conf", O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0644);

    assert_true(fd >= 0);
    assert_int_equal(fd_write_all(fd, bytes, size), 0);
    return load_path(tree_path("conf"), true);
}

static inline int load(const char *text)
{
    return load_bytes(text, strlen(text));
}

static inline void assert_loads(const char *text)
{
    if (load(text) != 0)
        fail_msg("refused: %s", complaint ? complaint : "no complaint");
    assert_non_null(loaded);
    assert_null(complaint);
}

/* Refused as "file:line: …" with a sentence that holds each of the words; the list ends in NULL. */
static inline void assert_complains(unsigned int line, const char *text, ...)
{
    char start[PATH_MAX + 16];
    va_list words;

    if (load(text) != CONFIG_E_REFUSED)
        fail_msg("not refused: %s", text);
    assert_null(loaded);
    snprintf(start, sizeof(start), "%s:%u: ", tree_path("conf"), line);
    if (strncmp(complaint, start, strlen(start)) != 0)
        fail_msg("\"%s\" does not start with \"%s\"", complaint, start);
    va_start(words, text);
    tree_assert_says(complaint, words);
    va_end(words);
}

static inline int loading_tear_down(void **state)
{
    config_free(loaded);
    free(complaint);
    loaded = NULL;
    complaint = NULL;
    return tree_tear_down(state);
}
