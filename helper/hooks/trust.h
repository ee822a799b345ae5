/*
 * One component of a path: could anybody change it who is not trusted? Helper.
 *
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */
#pragma once

#include <stdbool.h>
#include <sys/stat.h>

/* Whether group or others can write to it. An ACL that lets them shows in the group's bits. */
bool trust_is_writable(const struct stat *st);

/*
 * Vets a directory, link or file by itself: it belongs to root or `session_uid`, and a regular file
 * or directory that is not sticky cannot be written by group or others. `path` is how it
 * is named in the sentence. Returns 0, VET_E_REFUSED with the sentence, or -ENOMEM.
 */
int trust_check(const struct stat *st, const char *path, uid_t session_uid, char **ret_problem);

/* Refuses a setuid or setgid bit. Returns as trust_check(). */
int trust_check_setid(const struct stat *st, const char *path, char **ret_problem);
