/*
 * Where things are, as options say. Admin's process.
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

int places_take_option(const char *command, int key, const char *value, struct places *places)
{
    switch (key) {
    case PLACES_CONFIG:
        return places_take(command, "--config", value, &places->config);
    case PLACES_HOOKS:
        return places_take(command, "--hooks", value, &places->hooks);
    case PLACES_AUDIT:
        return places_take(command, "--audit", value, &places->audit);
    default:
        return places_take(command, "--helper", value, &places->helper);
    }
}

void places_clear(struct places *places)
{
    free(places->config);
    free(places->hooks);
    free(places->audit);
    free(places->helper);
    *places = (struct places){0};
}
