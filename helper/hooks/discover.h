/*
 * Identifiers to scripts: what would run for a driver, object and operation, in which order.
 * Helper.
 *
 * The order:
 *   1. <hooks>/<driver>
 *   2. <hooks>/<driver>.d/: its files, in byte order; folders in it are not looked at
 *   3. where per_guest_layout is on, in <hooks>/<driver>.d/<object>/, or in <driver>.d/default/ for
 *      an object that has no folder:
 *        <operation>, a file
 *        <operation>/, a folder: its files in byte order, but those named begin, end, - or as
 *          the sub-operation; then
 *        <operation>/<sub-operation>, a file; or a folder: its files in byte order
 *
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */
#pragma once

#include <stdbool.h>
#include <stddef.h>
#include <sys/types.h>

/* More than PROTOCOL_SCRIPTS_MAX scripts, or than FOLDER_NAMES_MAX (16384) names in one folder. */
#define DISCOVER_E_TOO_MANY 1

/* A script in the order of running. It is run only where `problem` is NULL. */
struct script {
    char *path;    /* absolute, as the script sees it in $0 */
    char *problem; /* why vetting refused it, one sentence, or NULL */
};

/*
 * A file that stands where scripts stand and is none: not executable, a backup, a dotfile, a link
 * that leads nowhere, a socket, virthook's own shim.
 */
struct passed_over {
    char *path;
    char *why; /* one sentence about "it", with a mend */
};

struct script_list {
    size_t count, passed_count;
    struct script *scripts;
    struct passed_over *passed;
};

/* Where and how to look. */
struct discover_place {
    const char *hooks;     /* absolute path of the directory */
    const char *shim;      /* path of the installed shim, which is never run as a script; or NULL */
    bool per_guest_layout; /* also <driver>.d/<object>/<operation>[/<sub-operation>] */
    uid_t session_uid;     /* see vet.h; 0 outside sessions */
};

/* Which scripts; the strings were checked by names.h. */
struct discover_names {
    const char *driver, *object, *operation, *sub_operation;
};

/*
 * Looks afresh at each call. Returns 0 with the list, which may be empty (the caller clears it),
 * DISCOVER_E_TOO_MANY, or a negative errno where a directory that exists cannot be read.
 */
int discover_scripts(const struct discover_place *place, const struct discover_names *names,
                     struct script_list *ret_list);

/* Whether the object has a folder of its own, so that the one named default is not for it. */
bool discover_has_folder(const struct discover_place *place, const char *driver,
                         const char *object);

void script_list_clear(struct script_list *list);
