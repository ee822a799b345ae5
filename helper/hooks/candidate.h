/*
 * One entry of a folder: a script, something else, or nothing. Helper.
 *
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */
#pragma once

#include "discover.h"
#include "folder.h"

#include <sys/stat.h>

/* The entry is a directory; nothing was done about it. */
#define CANDIDATE_E_DIRECTORY 2

/* How candidates are judged. */
struct candidate_rules {
    uid_t session_uid; /* see vet.h */
    bool has_shim;
    dev_t shim_device; /* the installed shim, where has_shim */
    ino_t shim_inode;
};

/* The installed shim stands at this path, where it is not NULL. */
void candidate_note_shim(struct candidate_rules *rules, const char *path);

/*
 * Adds the entry to the list's scripts, vetted, or to what is passed over; an entry that does not
 * exist to neither. Returns 0, CANDIDATE_E_DIRECTORY, DISCOVER_E_TOO_MANY, or a negative errno.
 */
int candidate_judge(const struct candidate_rules *rules, const struct folder *folder,
                    const char *name, struct script_list *list);
