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

void places_clear(struct places *places)
{
    free(places->config);
    free(places->hooks);
    free(places->audit);
    free(places->helper);
    *places = (struct places){0};
}
