/*
 * The files of profiles.d, in the order in which they are read. Helper.
 *
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */
#pragma once

#include "config_problem.h"
#include "text_list.h"

#include <sys/types.h>

/*
 * Lists the absolute paths of the files *.conf in the folder profiles.d beside the file `path`, in
 * byte order, hidden ones left out; none where the folder is not there. A folder that others could
 * change is refused. Returns 0, or as config_refuse() with the folder's path in the text.
 */
int config_list_folder(const char *path, uid_t session_uid, struct text_list *files,
                       struct config_problem *problem);
