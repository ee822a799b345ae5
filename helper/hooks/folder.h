/*
 * A directory in which scripts stand, and the names in it. Helper.
 *
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */
#pragma once

#include <dirent.h>
#include <stddef.h>
#include <sys/types.h>

/*
 * Names of one directory at the most. Each call reads them afresh: more would make a call slow and
 * large, and nobody has so many hooks.
 */
#define FOLDER_NAMES_MAX 16384

struct folder {
    char *path;
    DIR *dir;
    char *problem; /* why vet_directory() refused it, or NULL */
};

#define auto_folder __attribute__((cleanup(folder_close)))

/*
 * Opens and vets the directory. Returns 0 (the caller closes it); -ENOENT, -ENOTDIR and other
 * negative errnos where it cannot be opened, or is none.
 */
int folder_open(const char *path, uid_t session_uid, struct folder *ret_folder);

/* A folder of zeros is allowed. */
void folder_close(struct folder *folder);

/*
 * The names in the directory, but "." and "..", in byte order. Returns 0 (the caller frees them by
 * folder_free_names()), DISCOVER_E_TOO_MANY, or a negative errno.
 */
int folder_names(struct folder *folder, char ***ret_names, size_t *ret_count);

void folder_free_names(char **names, size_t count);
