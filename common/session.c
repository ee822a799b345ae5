/*
 * Where things are in a session. In every process; the environment is the user's own, and root's
 * is not looked at.
 *
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */
#include "session.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

static const struct {
    const char *variable;
    const char *below_home;
} bases[] = {
    [SESSION_CONFIG] = {"XDG_CONFIG_HOME", ".config"},
    [SESSION_STATE] = {"XDG_STATE_HOME", ".local/state"},
    [SESSION_RUNTIME] = {"XDG_RUNTIME_DIR", NULL},
};

int session_path(enum session_base base, const char *rest, char **ret_path)
{
    const char *folder = getenv(bases[base].variable), *home = getenv("HOME");
    char *path;
    int r;

    if (folder && folder[0] == '/')
        r = asprintf(&path, "%s/virthook/%s", folder, rest);
    else if (bases[base].below_home && home && home[0] == '/')
        r = asprintf(&path, "%s/%s/virthook/%s", home, bases[base].below_home, rest);
    else
        return -ENOENT;
    if (r < 0)
        return -ENOMEM;
    *ret_path = path;
    return 0;
}

int session_path_or(const char *system, enum session_base base, const char *rest, char **ret_path)
{
    char *path;

    if (geteuid() != 0)
        return session_path(base, rest, ret_path);
    path = strdup(system);
    if (!path)
        return -ENOMEM;
    *ret_path = path;
    return 0;
}
