/*
 * Where things are in a session, by the XDG base directories. Admin's process; the environment is
 * the user's own, for whom alone the hooks run.
 *
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */
#include "places.h"

#include "cleanup.h"

#include <stdio.h>
#include <string.h>

/* "<base>/virthook/<rest>"; the base is the variable's where that is an absolute path. */
static int find_place(const char *variable, const char *below_home, const char *rest,
                      char **ret_path)
{
    const char *base = getenv(variable), *home = getenv("HOME");
    char *path;
    int r;

    if (base && base[0] == '/')
        r = asprintf(&path, "%s/virthook/%s", base, rest);
    else if (home && home[0] == '/')
        r = asprintf(&path, "%s/%s/virthook/%s", home, below_home, rest);
    else
        return -ENOENT;
    if (r < 0)
        return -ENOMEM;
    *ret_path = path;
    return 0;
}

static int take_place(const char *variable, const char *below_home, const char *rest, char **slot)
{
    return *slot ? 0 : find_place(variable, below_home, rest, slot);
}

/* A configuration says where hooks and logs are; beside it nothing is assumed. */
int places_of_session(struct run_options *options)
{
    auto_free char *config = NULL;
    int r;

    if (options->config)
        return 0;
    r = find_place("XDG_CONFIG_HOME", ".config", "virthook.conf", &config);
    if (r < 0)
        return r;
    if (access(config, F_OK) == 0) {
        options->config = take_pointer(&config);
        return 0;
    }
    r = take_place("XDG_CONFIG_HOME", ".config", "hooks", &options->hooks);
    if (r < 0)
        return r;
    return take_place("XDG_STATE_HOME", ".local/state", "", &options->audit);
}
