/*
 * The files of profiles.d, in the order in which they are read. Helper.
 *
 * The folder's names are root's, or in a session the user's; they are no more than names here.
 *
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */
#include "config_folder.h"

#include "cleanup.h"
#include "vet.h"

#include <dirent.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>

#define FOLDER "profiles.d"
#define SUFFIX ".conf"

/* More than anybody has: each is read and kept whole. */
#define FILES_MAX 256

static int is_configuration(const struct dirent *entry)
{
    size_t length = strlen(entry->d_name);

    return entry->d_name[0] != '.' && length > strlen(SUFFIX) &&
           strcmp(entry->d_name + length - strlen(SUFFIX), SUFFIX) == 0;
}

static int by_bytes(const struct dirent **a, const struct dirent **b)
{
    return strcmp((*a)->d_name, (*b)->d_name);
}

static int add_paths(const char *folder, struct dirent **entries, size_t count,
                     struct text_list *files)
{
    int r = 0;

    for (size_t i = 0; i < count; i++) {
        auto_free char *path = NULL;

        if (r == 0 && asprintf(&path, "%s/%s", folder, entries[i]->d_name) < 0)
            r = -ENOMEM;
        if (r == 0)
            r = text_list_add(files, path);
        free(entries[i]);
    }
    return r;
}

static int list(const char *folder, struct text_list *files, struct config_problem *problem)
{
    auto_free struct dirent **entries = NULL;
    int count = scandir(folder, &entries, is_configuration, by_bytes);

    if (count < 0)
        return config_refuse(problem, 0, "it cannot be read (%s); see ls -ld on it",
                             strerrordesc_np(errno));
    if (add_paths(folder, entries, (size_t)count, files) < 0)
        return config_no_memory(problem);
    if (count > FILES_MAX)
        return config_refuse(problem, 0, "more than %d files; put profiles together", FILES_MAX);
    return 0;
}

static int check_trust(const char *folder, uid_t session_uid, struct config_problem *problem)
{
    auto_free char *why = NULL;
    int r = vet_directory(folder, session_uid, &why);

    if (r == VET_E_REFUSED)
        return config_refuse(problem, 0, "the profiles are not trusted: %s", why);
    if (r == -ENOMEM)
        return config_no_memory(problem);
    return r < 0 ? config_refuse(problem, 0, "%s; try again", strerrordesc_np(-r)) : 0;
}

/* A dangling link is there: whoever made it meant a folder to be read. */
static bool is_missing(const char *folder)
{
    struct stat st;

    return lstat(folder, &st) < 0 && errno == ENOENT;
}

int config_list_folder(const char *path, uid_t session_uid, struct text_list *files,
                       struct config_problem *problem)
{
    const char *slash = strrchr(path, '/');
    auto_free char *folder = NULL;
    struct config_problem own = {};
    int r;

    if (!slash)
        return 0;
    if (asprintf(&folder, "%.*s/" FOLDER, (int)(slash - path), path) < 0)
        return config_no_memory(problem);
    if (is_missing(folder))
        return 0;
    own.path = folder;
    r = check_trust(folder, session_uid, &own);
    if (r == 0)
        r = list(folder, files, &own);
    problem->text = own.text;
    problem->no_memory = own.no_memory;
    return r;
}
