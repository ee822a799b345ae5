/*
 * Events as JSON lines. virteventd.
 *
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */
#include "print.h"

#include "cleanup.h"
#include "document.h"

#include <stdio.h>

int print_event(const struct event *event)
{
    auto_free char *document = NULL;
    int r = document_make(event, &document);

    if (r < 0)
        return r;
    return puts(document) < 0 || fflush(stdout) != 0 ? -EIO : 0;
}
