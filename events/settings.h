/*
 * virteventd's own configuration, virteventd.conf: which daemons are watched, how much waits, and
 * where things are. Which scripts run for which events the helper's virthook.conf says.
 *
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */
#pragma once

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/* More daemons than that are watched by several virteventd. */
#define URIS_MAX 64

/* settings_load() refused the file. */
#define SETTINGS_E_REFUSED 1

/* Strings are owned. */
struct settings {
    char *uris[URIS_MAX]; /* none where none was given: libvirt's own default */
    size_t uri_count;
    uint64_t queue_events, queue_bytes; /* that wait, at the most */
    uint64_t coalesce;                  /* 1: where it is full, equal ones go first */
    uint64_t running_max;               /* objects whose scripts run at once */
    uint64_t retry_first_ms, retry_most_ms;
    uint64_t stop_ms; /* that running scripts get when virteventd ends */
    char *state;      /* file of what is not to be forgotten */
    char *status;     /* file for --status; NULL: in a session that has no place for it */
    char *socket;     /* of the helper's service; NULL: none */
    char *helper;     /* program of a private helper; NULL: none */
    char *config;     /* of a private helper; NULL: as built */
};

/*
 * Where the file is by default, which the caller frees; NULL where memory is short, or in a session
 * without a home.
 */
char *settings_path(void);

/*
 * Reads the file, which nobody but root and this process's user may be able to change; where it is
 * not there and `must_exist` is false, or `path` is NULL, the defaults hold. Returns 0, and
 * settings_clear() gives back; SETTINGS_E_REFUSED with "file:line: cause and mend" in `*ret_error`,
 * which the caller frees; or -ENOMEM.
 */
int settings_load(const char *path, bool must_exist, struct settings *ret_settings,
                  char **ret_error);

/*
 * The first key that may only be changed by a restart and has another value in the other; NULL
 * where there is none.
 */
const char *settings_fixed_difference(const struct settings *one, const struct settings *other);

void settings_clear(struct settings *settings);
