/*
 * An event to scripts: what would run for it, in which order. Helper.
 *
 * The order:
 *   1. the one script of all events, where there is one for this kind
 *   2. <events>/<kind>/: its files, in byte order; folders in it are not looked at
 *   3. in <events>/<kind>/<object>/, or in <kind>/default/ for an object that has no folder:
 *        <event>, a file
 *        <event>/, a folder: its files in byte order, but those named for one of its details; then
 *        <event>/<detail>, a file; or a folder: its files in byte order
 *   4. the scripts that the configuration names for it, in its order
 * A script that is found twice runs once, where it was found first.
 *
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */
#pragma once

#include "discover.h"

/* Where and how to look. */
struct discover_events_place {
    const char *events;       /* absolute path of the directory */
    const char *script;       /* absolute path of the one script; NULL: none for this kind */
    bool must_exist;          /* `script` was asked for: one that is missing is a problem */
    const char *const *named; /* absolute paths, which must exist; ends in NULL, or is NULL */
    const char *shim;         /* as for hooks; or NULL */
    uid_t session_uid;        /* see vet.h; 0 outside sessions */
};

/* Which event; the strings were checked by names.h. */
struct event_names {
    const char *kind, *object, *event, *detail;
};

/* As discover_scripts(). A script of the place that is missing, or no script, is in the list with
 * its problem. */
int discover_event_scripts(const struct discover_events_place *place,
                           const struct event_names *names, struct script_list *ret_list);

/*
 * Judges one script of a configuration by its path, as calls do, and adds it to the list; one that
 * is missing, or is none, with its problem where it must be there. Returns 0, DISCOVER_E_TOO_MANY,
 * or a negative errno.
 */
int discover_one_script(const struct discover_events_place *place, const char *path,
                        bool must_exist, struct script_list *list);

/* Whether the object has a folder of its own, so that the one named default is not for it. */
bool discover_events_has_folder(const char *events, const char *kind, const char *object);
