/*
 * Where things are, as options say. Admin's process.
 *
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */
#pragma once

/* Paths are absolute and owned; NULL where nothing was said: then it is as built or configured. */
struct places {
    char *config; /* file */
    char *hooks;  /* directory */
    char *audit;  /* log: a file, or a directory ending in a slash */
    char *helper; /* the helper's binary */
};

/*
 * Takes the path that was given to an option ("--config") of this subcommand, made absolute; what
 * the slot held before is freed. Returns 0, or an exit status where a complaint was made.
 */
int places_take(const char *command, const char *option, const char *value, char **slot);

void places_clear(struct places *places);
