/*
 * Where things are: as options say, or in a session by the XDG base directories. Admin's process;
 * the environment is the user's own, for whom alone the hooks run.
 *
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */
#include "places.h"

#include "cleanup.h"
#include "command.h"
#include "complain.h"

#include <errno.h>
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
static int find_session(struct places *places)
{
    auto_free char *config = NULL;
    int r;

    if (places->config)
        return 0;
    r = find_place("XDG_CONFIG_HOME", ".config", "virthook.conf", &config);
    if (r < 0)
        return r;
    if (access(config, F_OK) == 0) {
        places->config = take_pointer(&config);
        return 0;
    }
    r = take_place("XDG_CONFIG_HOME", ".config", "hooks", &places->hooks);
    if (r < 0)
        return r;
    return take_place("XDG_STATE_HOME", ".local/state", "", &places->audit);
}

int places_complete(const char *command, struct places *places)
{
    int r = geteuid() == 0 ? 0 : find_session(places);

    if (r == 0)
        return 0;
    return complain(STATUS_USAGE, command, "the session's folders cannot be told, set HOME: %s",
                    strerror(-r));
}

int places_take(const char *command, const char *option, const char *value, char **slot)
{
    auto_free char *here = NULL;
    char *path = NULL;

    if (!value[0])
        return complain_usage(command, "the path of %s is empty", option);
    if (value[0] == '/') {
        path = strdup(value);
    } else {
        here = getcwd(NULL, 0);
        if (!here || asprintf(&path, "%s/%s", here, value) < 0)
            path = NULL;
    }
    if (!path)
        return complain_usage(command, "the path '%s' cannot be made absolute: %s", value,
                              strerror(errno));
    free(*slot);
    *slot = path;
    return 0;
}

void places_clear(struct places *places)
{
    free(places->config);
    free(places->hooks);
    free(places->audit);
    free(places->helper);
    *places = (struct places){0};
}
