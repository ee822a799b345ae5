/*
 * What a hook's text says of the folders of hooks: a guess, by words that stand in its lines.
 * Admin's process; the text may be anything.
 *
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */
#include "script_text.h"

#include "cleanup.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

#define TEXT_MAX 1048576

static bool line_has(const char *line, const char *words)
{
    line += strspn(line, " \t");
    return line[0] != '#' && strstr(line, words);
}

/* The text's lines are ended where they are. */
static bool text_has(char *text, size_t size, const char *words)
{
    char *after = text + size;

    for (char *line = text; line < after;) {
        char *end = memchr(line, '\n', (size_t)(after - line));

        if (!end)
            end = after;
        *end = '\0';
        if (line_has(line, words))
            return true;
        line = end + 1;
    }
    return false;
}

bool script_text_has(const char *path, const char *words)
{
    auto_free char *text = NULL;
    struct stat st;
    FILE *file;
    size_t size;

    /* A FIFO would be waited for. */
    if (stat(path, &st) < 0 || !S_ISREG(st.st_mode))
        return false;
    text = malloc(TEXT_MAX + 1);
    file = text ? fopen(path, "re") : NULL;
    if (!file)
        return false;
    size = fread(text, 1, TEXT_MAX, file);
    fclose(file);
    return text_has(text, size, words);
}

bool script_text_is_dispatcher(const char *path, const char *driver)
{
    static const char *const own_names[] = {
        "$0.d",          "${0}.d", "__file__ + \".d\"", "__file__ + '.d'", "BASH_SOURCE[0]}.d",
        "BASH_SOURCE}.d"};
    auto_free char *folder = NULL;

    for (size_t i = 0; i < sizeof(own_names) / sizeof(own_names[0]); i++) {
        if (script_text_has(path, own_names[i]))
            return true;
    }
    return asprintf(&folder, "%s.d", driver) >= 0 && script_text_has(path, folder);
}
