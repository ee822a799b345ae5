/*
 * /tmp of a guest: private to it and to the scripts' user, of a bounded size, there from its first
 * call to its release, and over a restart of the helper. Helper.
 *
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */
#pragma once

#include <stdbool.h>
#include <stdint.h>
#include <sys/types.h>

/* Whose /tmp. The names were checked by names.h; they become one folder's name, escaped. */
struct tmp_owner {
    const char *driver, *object;
    uid_t uid;
};

/*
 * Makes the folder of all guests' folders, its maker's alone, and the one above it, for all to pass
 * through; what is there stays as it is. Returns 0 or a negative errno.
 */
int tmp_make_place(const char *place);

/*
 * The folder of this owner below `place`, made where it was not there: a mount point for a tmpfs,
 * which is mounted in the space alone (space.h). `*ret_name` is the folder as seen there, "/name",
 * the caller's to free. Returns 0 or a negative errno.
 */
int tmp_take(const char *place, const struct tmp_owner *owner, char **ret_name);

/* The tmpfs's options for `size` bytes of room, in TMP_OPTIONS_SIZE bytes. */
#define TMP_OPTIONS_SIZE 96
void tmp_options(uint64_t size, char *ret_options);

/*
 * Removes all folders of this object, whoever's, with all that is in them. What is not there is let
 * be; what scripts still have open lives until they close it. Nothing in them is walked or
 * followed.
 */
void tmp_release(const char *place, const char *driver, const char *object);

/* Whether this operation is a guest's or network's last: release, stopped of a network, shutdown.
 */
bool tmp_is_last(const char *driver, const char *operation);
