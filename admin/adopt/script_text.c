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

bool script_text_has(const char *path, const char *words)
{
    auto_free char *line = NULL;
    size_t room = 0, seen = 0;
    bool found = false;
    struct stat st;
    FILE *file;
    ssize_t size;

    /* A FIFO would be waited for. */
    if (stat(path, &st) < 0 || !S_ISREG(st.st_mode))
        return false;
    file = fopen(path, "re");
    if (!file)
        return false;
    while (!found && seen < TEXT_MAX && (size = getline(&line, &room, file)) > 0) {
        seen += (size_t)size;
        found = line_has(line, words);
    }
    fclose(file);
    return found;
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
