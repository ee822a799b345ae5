/*
 * Which helpers run: the sockets at which they can be asked. Admin's process.
 *
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */
#pragma once

#include <stddef.h>

/* Paths of sockets, sorted; some may be of helpers that are gone. */
struct helpers {
    char **sockets;
    size_t count;
};

#define auto_helpers __attribute__((cleanup(helpers_clear)))

/*
 * All admin sockets of this user's helpers, and none of them where their folder is missing. Returns
 * 0, or an exit status where a complaint was made in the name of `command`.
 */
int helpers_find(const char *command, struct helpers *ret_helpers);

/* The folder where they are, for the caller to free; NULL where a session has none. */
char *helpers_folder(void);

void helpers_clear(struct helpers *helpers);
