/*
 * From / to a file, one component at a time, each vetted before it is passed. Helper.
 *
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */
#pragma once

#include <sys/stat.h>

/* Symbolic links of one walk; the kernel's own bound (MAXSYMLINKS). */
#define WALK_LINKS_MAX 40

/* Where a walk ended. */
struct walked {
    int fd;         /* opened with O_PATH; the caller's */
    struct stat st; /* of what it is open on: no symbolic link */
};

/*
 * Walks the absolute `path` as the kernel would, "..", links and links' targets included, and vets
 * every directory and link that it passes, and the end, by trust_check(). What it would be to
 * run, the caller decides. Returns 0; VET_E_REFUSED with the sentence; or a negative errno
 * (-ENOMEM, -EMFILE, -ENFILE).
 */
int walk_path(const char *path, uid_t session_uid, struct walked *ret_walked, char **ret_problem);
