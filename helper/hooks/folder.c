/*
 * A directory in which scripts stand, and the names in it. Helper.
 *
 * The names are not trusted; nor is the directory, unless it has no problem.
 *
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */
#include "folder.h"

#include "cleanup.h"
#include "discover.h"
#include "vet.h"

#include <fcntl.h>
#include <string.h>

int folder_open(const char *path, uid_t session_uid, struct folder *ret_folder)
{
    auto_close int fd = open(path, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
    auto_folder struct folder folder = {0};
    int r;

    if (fd < 0)
        return -errno;
    folder.path = strdup(path);
    if (!folder.path)
        return -ENOMEM;
    r = vet_directory(path, session_uid, &folder.problem);
    if (r < 0)
        return r;
    folder.dir = fdopendir(fd);
    if (!folder.dir)
        return -errno;
    (void)take_fd(&fd);
    *ret_folder = folder;
    folder = (struct folder){0};
    return 0;
}

void folder_close(struct folder *folder)
{
    if (folder->dir)
        closedir(folder->dir);
    free(folder->path);
    free(folder->problem);
    *folder = (struct folder){0};
}

void folder_free_names(char **names, size_t count)
{
    for (size_t i = 0; i < count; i++)
        free(names[i]);
    free(names);
}

static int compare_names(const void *a, const void *b)
{
    return strcmp(*(char *const *)a, *(char *const *)b);
}

/* The next name, or NULL at the end, and with errno set on an error. */
static const char *next_name(DIR *dir)
{
    const struct dirent *entry;

    do {
        errno = 0;
        entry = readdir(dir);
    } while (entry && (strcmp(entry->d_name, ".") == 0 || strcmp(entry->d_name, "..") == 0));
    return entry ? entry->d_name : NULL;
}

static int read_names(DIR *dir, char **names, size_t *count)
{
    const char *name;

    while ((name = next_name(dir))) {
        if (*count == FOLDER_NAMES_MAX)
            return DISCOVER_E_TOO_MANY;
        names[*count] = strdup(name);
        if (!names[*count])
            return -ENOMEM;
        (*count)++;
    }
    return -errno;
}

int folder_names(struct folder *folder, char ***ret_names, size_t *ret_count)
{
    char **names = calloc(FOLDER_NAMES_MAX, sizeof(*names));
    size_t count = 0;
    int r;

    if (!names)
        return -ENOMEM;
    r = read_names(folder->dir, names, &count);
    if (r != 0) {
        folder_free_names(names, count);
        return r;
    }
    qsort(names, count, sizeof(*names), compare_names);
    *ret_names = names;
    *ret_count = count;
    return 0;
}
