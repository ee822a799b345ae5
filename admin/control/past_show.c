/*
 * What libvirt runs past virthook, told besides what helpers say. Admin's process; names of files
 * may be anything.
 *
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */
#include "past_show.h"

#include "cleanup.h"
#include "command.h"
#include "complain.h"
#include "past.h"
#include "text.h"

#include <stdio.h>
#include <string.h>

static int show_errors(const struct past *past)
{
    int status = 0;

    for (size_t i = 0; i < past->count; i++) {
        auto_free char *why = past_say(&past->list[i]);

        if (past_is_error(&past->list[i]))
            status = complain(STATUS_DENY, "status", "%s: %s", past->list[i].path, why ? why : "");
    }
    return status;
}

static void show_how_to_begin(const struct past *past, const char *libvirt)
{
    auto_free char *text = past_say_how_to_begin(past, libvirt);
    auto_free char *safe = text ? text_escape(text, strlen(text), false) : NULL;

    if (safe)
        printf("\n%s\n", safe);
}

int past_show(const char *libvirt, const char *shim, bool quiet)
{
    auto_past struct past past = {0};
    int r = past_find(libvirt, shim, &past);

    if (r < 0)
        return complain(STATUS_DENY, "status", "libvirt's own hooks in %s cannot be looked at: %s",
                        libvirt, strerror(-r));
    if (!quiet && !past.adopted && past.count > 0)
        show_how_to_begin(&past, libvirt);
    return show_errors(&past);
}
