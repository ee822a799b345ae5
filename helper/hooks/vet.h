/*
 * May this file be run? Only if its whole path could be changed by trusted users alone. Helper.
 *
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */
#pragma once

#include <sys/types.h>

/* vet_script() refused the file. */
#define VET_E_REFUSED 1

/*
 * Vets the script at the absolute `path`: each component, from / on, belongs to root (or to
 * `session_uid`, which is 0 outside sessions), none can be written by group or others (a sticky
 * directory can, if what is next belongs to a trusted user); symbolic links are followed to targets
 * of which the same holds; the file is regular, without setuid or setgid bit; and the interpreter of
 * its #! line, which must be absolute, is held to it too.
 *
 * Returns 0; VET_E_REFUSED with a sentence in `*ret_problem` (the caller frees) that names the
 * component and says how to mend it; or a negative errno (-ENOMEM; what the filesystem says otherwise
 * is a VET_E_REFUSED).
 */
int vet_script(const char *path, uid_t session_uid, char **ret_problem);

/* The same for a directory of scripts. */
int vet_directory(const char *path, uid_t session_uid, char **ret_problem);
