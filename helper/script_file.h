/*
 * Which file a script is: what its record tells apart from its path. Helper.
 *
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */
#pragma once

#include "digest.h"

#include <stdbool.h>
#include <stdint.h>

/* Bytes of the largest file whose digest is taken: scripts are small, and the loop waits for it. */
#define SCRIPT_FILE_DIGEST_MAX ((uint64_t)16 * 1024 * 1024)

struct script_file {
    bool known; /* device and inode are: as of stat(2) */
    uint64_t device, inode;
    char sha256[DIGEST_SIZE]; /* empty where it cannot be read, or is too large */
};

/*
 * Looks at the script at `path`, which was vetted: nobody but those who are trusted can put another
 * file in its place before it is run. What cannot be told is left out.
 */
void script_file_look(const char *path, struct script_file *ret_file);
