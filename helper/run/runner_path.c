/*
 * The runner is installed beside the helper, wherever that is: so an uninstalled build runs its
 * own. Helper.
 *
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */
#include "runner_path.h"

#include <errno.h>
#include <string.h>
#include <unistd.h>

int runner_path_find(char *ret_path, size_t size)
{
    static const char name[] = "virthook-runner";
    ssize_t length = readlink("/proc/self/exe", ret_path, size);
    char *slash;

    if (length < 0)
        return -errno;
    if ((size_t)length == size)
        return -ENAMETOOLONG;
    ret_path[length] = '\0';
    slash = strrchr(ret_path, '/');
    if (!slash || (size_t)(slash + 1 - ret_path) + sizeof(name) > size)
        return -ENAMETOOLONG;
    strcpy(slash + 1, name);
    return 0;
}
