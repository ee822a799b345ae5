/*
 * A search for scripts: what is common to those of hooks and of events. Helper.
 *
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */
#pragma once

#include "candidate.h"
#include "discover.h"
#include "folder.h"

#include <stdbool.h>

/* What is looked for, how it is judged, and what was found. Of an event these are its kind, object,
 * event and detail. */
struct search {
    const char *driver, *object, *operation, *sub_operation;
    /* Files of an operation's folder for which this holds are of one sub-operation alone. */
    bool (*is_sub_operation)(const struct search *search, const char *name);
    struct candidate_rules rules;
    struct script_list list;
};

/* Whether the name can be that of one entry of a folder. */
bool search_is_component(const char *name);

/* Opens a folder that need not be there: -ENOENT where it is not. */
int search_open(const struct search *search, const char *parent, const char *name,
                struct folder *ret_folder);

int search_pass_over(struct search *search, const char *parent, const char *name, const char *why);

/* The files of a folder in byte order; without `all`, but those of one sub-operation. */
int search_files(struct search *search, struct folder *folder, bool all);

/* What is for the object in a driver's folder: <object>/<operation>[/<sub-operation>]. */
int search_object(struct search *search, const char *driver_folder);
