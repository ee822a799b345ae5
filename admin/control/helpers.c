/*
 * Which helpers run. Admin's process. What lies in the folder of admin sockets is not trusted: only
 * its names are looked at here.
 *
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */
#include "helpers.h"

#include "cleanup.h"
#include "command.h"
#include "complain.h"
#include "session.h"
#include "virthook-config.h"

#include <dirent.h>
#include <stdio.h>
#include <string.h>

#define SUFFIX ".sock"

char *helpers_folder(void)
{
    char *folder = NULL;

    (void)session_path_or(VIRTHOOK_ADMIN_DIR, SESSION_RUNTIME, "admin", &folder);
    return folder;
}

static int is_socket(const struct dirent *entry)
{
    size_t length = strlen(entry->d_name), suffix = strlen(SUFFIX);

    return length > suffix && strcmp(entry->d_name + length - suffix, SUFFIX) == 0;
}

static void free_entries(struct dirent **entries, int count)
{
    for (int i = 0; i < count; i++)
        free(entries[i]);
    free(entries);
}

static int take_names(const char *folder, struct dirent **entries, int count,
                      struct helpers *helpers)
{
    helpers->sockets = calloc((size_t)count + 1, sizeof(*helpers->sockets));
    if (!helpers->sockets)
        return -ENOMEM;
    for (int i = 0; i < count; i++) {
        if (asprintf(&helpers->sockets[i], "%s/%s", folder, entries[i]->d_name) < 0)
            return -ENOMEM;
        helpers->count++;
    }
    return 0;
}

int helpers_find(const char *command, struct helpers *ret_helpers)
{
    auto_free char *folder = helpers_folder();
    auto_helpers struct helpers helpers = {0};
    struct dirent **entries = NULL;
    int count, r;

    if (!folder)
        return complain(STATUS_USAGE, command,
                        "a session's helpers cannot be found: set XDG_RUNTIME_DIR, or do so as "
                        "root for the system's");
    count = scandir(folder, &entries, is_socket, alphasort);
    if (count < 0 && errno != ENOENT)
        return complain(STATUS_USAGE, command, "the folder %s cannot be read: %s", folder,
                        strerror(errno));
    r = take_names(folder, entries, count > 0 ? count : 0, &helpers);
    free_entries(entries, count);
    if (r < 0)
        return complain(STATUS_USAGE, command, "memory is short");
    *ret_helpers = helpers;
    helpers = (struct helpers){0};
    return 0;
}

void helpers_clear(struct helpers *helpers)
{
    for (size_t i = 0; i < helpers->count; i++)
        free(helpers->sockets[i]);
    free(helpers->sockets);
    *helpers = (struct helpers){0};
}
