/*
 * Which calls a file below the directory of hooks, or of events' scripts, is for, by its path
 * alone. Helper.
 *
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */
#pragma once

#include <stdbool.h>

/* The folder <driver>.d/default, for objects without a folder. */
#define LAYOUT_OTHERS "default"

struct layout {
    char *text;         /* owned; what the others point into */
    const char *driver; /* NULL: no call ever looks at it */
    /* NULL: any. */
    const char *object;
    const char *operation;
    const char *sub_operation;
};

/* `path` is below `hooks`. Returns 0 or -ENOMEM. The caller clears. */
int layout_read(const char *hooks, const char *path, struct layout *ret_layout);

/*
 * The same of a file, or folder, below the directory of events' scripts: `driver` is the kind,
 * `operation` the event, `sub_operation` the detail. The kind and event of a folder are told too.
 */
int layout_read_event(const char *events, const char *path, struct layout *ret_layout);

void layout_clear(struct layout *layout);

/* Whether libvirt has a sub-operation of this name. */
bool layout_is_sub_operation(const char *name);
