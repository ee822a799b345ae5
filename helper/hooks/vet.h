/*
 * May this file be run? Only if its whole path could be changed by trusted users alone. Helper.
 *
 * Trusted are root and `session_uid`, which is 0 outside sessions. Every component of a path is
 * vetted, from / on, with those of the targets of symbolic links: each belongs to a trusted user
 * and none can be written by group or others. (A sticky directory can, since the component after it
 * belongs to a trusted user and nobody else can take it away.)
 *
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */
#pragma once

#include <sys/types.h>

/* The file was refused. */
#define VET_E_REFUSED 1

/*
 * Vets the script at the absolute `path`: its path as above; the file is regular, without setuid or
 * setgid bit; and the interpreter of its #! line, which must be absolute, is held to all of it too.
 *
 * Returns 0; VET_E_REFUSED with a sentence in `*ret_problem` (the caller frees) that names the
 * component and says how to mend it; or a negative errno (-ENOMEM, -EMFILE, -ENFILE; what the
 * filesystem says otherwise is a VET_E_REFUSED).
 */
int vet_script(const char *path, uid_t session_uid, char **ret_problem);

/* The same for a file that is read and not run: a configuration. */
int vet_file(const char *path, uid_t session_uid, char **ret_problem);

/* The same for a directory of scripts. */
int vet_directory(const char *path, uid_t session_uid, char **ret_problem);
